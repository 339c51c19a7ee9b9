FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# Where the model runs: "local" brings torch and all that it needs; "remote" asks a server (model.name is its address).
ARG ENGINE=local

# Triton, which compiles the kernels for a GPU on its first start, wants a C compiler. The fonts (5 MB and 3 MB) are for
# PDFs that do not bring their own: Chinese, Japanese and Korean; Russian and Greek.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-wqy-microhei fonts-dejavu-core \
    $(test "$ENGINE" = remote || echo gcc libc6-dev) \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 1000 eyeglass && install -d -o eyeglass -g eyeglass /app /data /models

# The packages first: they change less often than the code, and are large.
WORKDIR /build
COPY constraints.txt pyproject.toml README.md LICENSE ./
RUN pip install -c constraints.txt setuptools \
    && python -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
    extras = project['optional-dependencies']; \
    print(*project['dependencies'], *extras['heic'], *extras['$ENGINE'], sep='\n')" > requirements.txt \
    && pip install -c constraints.txt -r requirements.txt

COPY api api
COPY assistant assistant
COPY bot bot
COPY cli cli
COPY model_service model_service
COPY playground playground
COPY web web
RUN extras=$(test "$ENGINE" = remote && echo remote,heic || echo demo,heic) \
    && pip install -c constraints.txt --no-build-isolation ".[$extras]" && rm -rf /build/*

WORKDIR /app
COPY settings.toml ./
USER eyeglass

# The database and the copies of pictures lie in /data, downloaded weights and compiled kernels in /models.
ENV EYEGLASS_STORAGE__PATH=/data HF_HOME=/models EYEGLASS_MODEL__CACHE=/models/eyeglass TRITON_CACHE_DIR=/models/triton
VOLUME ["/data", "/models"]

# SIGTERM lets running answers end: give it more than model.drain_seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["eyeglass"]
CMD ["run"]
