# One image for every process of the server: `docker run partners-api`, `… worker`, `… migrate`, and every other command
# of partners-manage. docs/handbook.md describes how to run it.
ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/partners
# The requirements change less often than the code, so their layer is used again.
COPY requirements/ requirements/
# setuptools builds the package, and is as locked as everything else.
RUN sed -n '/^setuptools==/,/^[a-z]/{/^setuptools==/p;/^ /p}' requirements/dev.txt > /tmp/setuptools.txt \
    && /opt/partners/bin/pip install --require-hashes -r requirements/base.txt \
    && /opt/partners/bin/pip install --require-hashes -r /tmp/setuptools.txt
COPY . .
RUN /opt/partners/bin/pip install --no-deps --no-build-isolation . \
    && /opt/partners/bin/pip uninstall --yes setuptools

# The guides that the server shows at /guides/, if this version of the project has them.
FROM build AS guides
RUN mkdir -p build/guides \
    && if [ -f mkdocs.yml ]; then \
        /opt/partners/bin/pip install --require-hashes -r requirements/docs.txt \
        && NO_MKDOCS_2_WARNING=1 /opt/partners/bin/python -m mkdocs build --quiet \
        && /opt/partners/bin/python -m whitenoise.compress --quiet build/guides; \
    fi

FROM python:${PYTHON}
ARG VERSION=1.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Partners API" \
      org.opencontainers.image.description="A server for the Partners API of a revenue-management platform for short-term rentals" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN groupadd --gid 10001 partners \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin partners \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/partners /opt/partners
COPY --from=guides /build/build/guides /opt/guides
# Nothing is written beside the code. Writable are only DATA_DIR, and TMPDIR for large bodies and downloaded markets.
ENV PATH=/opt/partners/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PROFILE=production \
    DATA_DIR=/data \
    TMPDIR=/tmp \
    GUIDES_DIR=/opt/guides
WORKDIR /
USER 10001:10001
EXPOSE 8000
# Of the API. The worker's service replaces it with `python -m partners.probe worker`.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "partners.probe", "api"]
ENTRYPOINT ["partners-manage"]
CMD ["api", "--host", "0.0.0.0", "--port", "8000"]
