from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "merchants.library"
    label = "library"
