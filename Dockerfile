FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/wirewatch
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY config config
COPY schemas schemas
COPY workers workers
RUN /opt/wirewatch/bin/pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin wirewatch \
    && install --directory --owner 10001 /var/cache/wirewatch
COPY --from=build /opt/wirewatch /opt/wirewatch
ENV PATH=/opt/wirewatch/bin:$PATH PYTHONUNBUFFERED=1 WIREWATCH_MATCH_METRICS_PORT=9100 NUMBA_CACHE_DIR=/var/cache/wirewatch
USER 10001
WORKDIR /tmp
# The engine is compiled for the processor that builds the image; on another kind a worker compiles it at its first start.
RUN python -c 'import workers.match'
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", "\
import os, urllib.request as r; \
told = r.urlopen('http://127.0.0.1:' + os.environ['WIREWATCH_MATCH_METRICS_PORT'] + '/metrics', timeout=4).read(); \
raise SystemExit(b'\\nwirewatch_ready 1.0' not in told)"]
ENTRYPOINT ["wirewatch"]
CMD ["--help"]
