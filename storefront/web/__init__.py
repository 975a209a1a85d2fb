"""Pages of customers. Each view is public; what is not published the walls keep from level visitor."""
