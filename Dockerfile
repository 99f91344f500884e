# The shop with its plug-in: built in one stage, run from another without a compiler, as nobody in particular.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY visualsearch ./visualsearch
RUN /venv/bin/pip install -c constraints.txt ".[api,faiss,fetch,metrics,openvino,shop]"

FROM python:3.11-slim
RUN groupadd --gid 10001 shop && useradd --uid 10001 --gid shop --home-dir /app --no-create-home shop \
    && install -d -o shop -g shop /app /var/lib/shop
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY catalog ./catalog
COPY templates ./templates
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 \
    VAR_DIR=/var/lib/shop DJANGO_SETTINGS_MODULE=catalog.settings LOG_FORMAT=json LOG_LINES=INFO
USER shop
VOLUME /var/lib/shop
EXPOSE 8000
# Alive is enough for the container; a load balancer asks /health/readyz.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/healthz', timeout=4)"]
# Threads share one model and one index; more processes only where there are more cores.
CMD ["gunicorn", "catalog.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "1", "--threads", "24", "--timeout", "60", "--graceful-timeout", "10", "--no-control-socket"]
