# The production image: the application and its locked dependencies; no sandbox, no demo, no tests.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/finmaster
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY manage.py ./
COPY finmaster finmaster
COPY ledger ledger
COPY connections connections
COPY loket_import loket_import
COPY templates templates
COPY static static
COPY locale locale
# Collecting static files reads the settings, but nothing of these values stays in the image.
RUN SECRET_KEY=nothing-of-this-build-stays-in-the-image-and-none-is-secret SITE_URL=http://localhost BROKER_URL=memory:// \
    DATABASE_URL=postgresql://build@localhost/build LOKET_ENVIRONMENT=production \
    LOKET_CLIENT_ID=build LOKET_CLIENT_SECRET=build \
    TOKEN_KEYS=build:YnVpbGQgYnVpbGQgYnVpbGQgYnVpbGQgYnVpbGQgYnU= \
    python manage.py collectstatic --noinput \
 && useradd --system --no-create-home finmaster
USER finmaster
EXPOSE 8000
CMD ["gunicorn", "finmaster.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--no-control-socket", "--access-logfile", "-", \
     "--access-logformat", "%(t)s %(m)s %(U)s %(s)s %(b)s %(M)sms"]
