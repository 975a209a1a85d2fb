from django.apps import AppConfig


class MerchantsConfig(AppConfig):
    name = "merchants"

    def ready(self) -> None:
        from accounts.access import register_without_session
        from merchants import navigation
        from merchants.services import exports, generation
        from merchants.web.till import actor_without_session

        navigation.register()
        register_without_session(actor_without_session)
        # Loading these registers what answers their jobs' events.
        assert exports.JOB != generation.JOB
