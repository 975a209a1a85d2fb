"""WebSockets, and HTTP too where one process must do both: `daphne config.asgi:application`."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
application = ProtocolTypeRouter({"http": get_asgi_application()})
