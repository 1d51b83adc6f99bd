"""django-newsletter sends it: run by the Python of the peers' own environment."""

from pathlib import Path

import django
from django.conf import settings
from told import Task, timed


def main() -> None:
    """Fill its database, then time its ``Submission.submit``."""
    task = Task.read()
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": Path(task.folder) / "django.sqlite3",
            }
        },
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.auth",
            "django.contrib.messages",
            "django.contrib.admin",
            "django.contrib.sites",
            "sorl.thumbnail",
            "newsletter",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "django.template.context_processors.request",
                    ]
                },
            }
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=task.port,
        NEWSLETTER_THUMBNAIL="sorl-thumbnail",
        NEWSLETTER_CONFIRM_EMAIL=False,
        ROOT_URLCONF="newsletter.urls",
        SECRET_KEY="a key for measuring",
        SITE_ID=1,
        USE_TZ=True,
    )
    django.setup()
    timed(_prepared(task))


def _prepared(task: Task):
    from django.core.management import call_command
    from newsletter.models import Article, Message, Newsletter, Submission, Subscription

    call_command("migrate", verbosity=0)
    daily = Newsletter.objects.create(
        title="Daily", slug="daily", email="digest@example.org", sender="Digest"
    )
    Subscription.objects.bulk_create(
        Subscription(
            newsletter=daily, email_field=address, subscribed=True, activation_code="x" * 40
        )
        for address in task.addresses()
    )
    message = Message.objects.create(title="Ten stories", slug="ten", newsletter=daily)
    for place, (headline, standfirst, url) in enumerate(task.stories):
        Article.objects.create(
            post=message, title=headline, text=standfirst, url=url, sortorder=10 * place + 10
        )
    submission = Submission.from_message(message)
    return submission.submit


if __name__ == "__main__":
    main()
