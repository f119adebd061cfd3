"""What a production server imports: `gunicorn wsgi:app`."""

from ictsupport import create_app

app = create_app()
