# One image for every process of docker-compose.yml.
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/app
COPY requirements.txt pyproject.toml ./
RUN python -m venv /srv/venv && /srv/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN /srv/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
 && /srv/venv/bin/python bin/_frontend && /srv/venv/bin/python bin/messages --compile \
 && SECRET_KEY=build FIELD_KEYS=b:eA== INDEX_KEY=eA== STATIC_ROOT=/srv/app/.var/static \
    /srv/venv/bin/python manage.py collectstatic --noinput \
 && rm -rf frontend/node_modules

FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libfribidi0 fonts-dejavu-core && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 couponry
COPY --from=build /srv/venv /srv/venv
COPY --from=build /srv/app /srv/app
WORKDIR /srv/app
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1
USER couponry
