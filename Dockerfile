# The lab in one image. Data sets and the database live in the volume /data, never in the image.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /srv/lossroom

# Dependencies change seldom: a layer of their own, so that a new version of the lab builds in seconds.
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app/__init__.py app/__init__.py
COPY engine/__init__.py engine/__init__.py
COPY static/logo.svg static/logo.svg
COPY templates templates
RUN pip install -c constraints.txt -e .

COPY app app
COPY engine engine
COPY static static
# Compiled once here: the server's user cannot write beside the code.
RUN python -m compileall -q app engine \
 && useradd --system --create-home --uid 10001 lossroom \
 && mkdir -p /data/sets /data/state \
 && chown -R lossroom /data

USER lossroom
ENV LOSSROOM_HOST=0.0.0.0 \
    LOSSROOM_PORT=8000 \
    LOSSROOM_DATA_DIR=/data/sets \
    LOSSROOM_STATE_DIR=/data/state
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]

CMD ["lossroom", "serve"]
