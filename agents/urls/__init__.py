"""URLs: the back office of a site, the pages of people on both hosts, and what every visitor may fetch of the brand."""
