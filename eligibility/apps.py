from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    name = "eligibility"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from eligibility import checks  # noqa: F401 - registers them
