"""Settings, one module per concern; this one only gathers them."""

from config.settings.apps import *
from config.settings.database import *
from config.settings.env import BASE_DIR
from config.settings.jobs import *
from config.settings.logging import *
from config.settings.payments import *
from config.settings.sales import *
from config.settings.security import *
from config.settings.storage import *
from config.settings.web import *
from config.settings.whatsapp import *
