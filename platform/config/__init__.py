"""Settings, URLs per kind of site, WSGI, ASGI, Celery and the supervisor: everything that wires the rooms together."""
