# syntax=docker/dockerfile:1
# One image for web, workers, beat and one-shot commands; docker-compose.yml says which is which.

FROM python:3.12-slim-bookworm AS packages
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.txt

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    STANDING_HOME=/data \
    STATIC_ROOT=/app/static-built \
    LOG_FORMAT=json
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin standing \
    && install -d -o standing -g standing /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
# The key and the database are for this command alone; neither is used nor kept.
RUN DJANGO_SECRET_KEY=only-while-the-image-is-built-0123456789-0123456789 \
    DATABASE_URL=postgres://build@localhost/build \
    python manage.py collectstatic --no-input --verbosity 0
USER standing
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", \
     "config.wsgi:application"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-m", "config.healthcheck"]
