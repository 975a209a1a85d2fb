"""The shell every page stands in: base templates, components, list, form and job building blocks."""
