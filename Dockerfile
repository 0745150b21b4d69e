FROM python:3.11-slim

WORKDIR /srv/hientruong
COPY requirements.lock .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY geo geo
COPY boundaries boundaries
COPY maps maps
COPY api api
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
    && useradd --system --create-home --home-dir /var/lib/hientruong hientruong

USER hientruong
WORKDIR /var/lib/hientruong
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["hientruong", "up", "--host", "0.0.0.0"]
