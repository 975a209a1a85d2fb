"""URLs per kind of schema: public (none), master (the console) and site."""
