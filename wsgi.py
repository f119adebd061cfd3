"""What a production server imports: `gunicorn wsgi:app`."""

from ictsupport import create_app, settle_down

app = create_app()
settle_down()
