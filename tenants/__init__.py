"""Sites, domains, branding and the walls: who may see which rows. Creating and suspending a site."""
