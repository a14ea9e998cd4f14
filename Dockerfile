# slackbridge as a container: no root, no compiler, and nothing written to the image.
# With REDIS_URL set (compose.yaml does) the root file system may be read-only.

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/slackbridge
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY slackbridge slackbridge
RUN /opt/slackbridge/bin/pip install -c constraints.txt .

FROM python:3.13-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PATH=/opt/slackbridge/bin:$PATH \
    SLACKBRIDGE_CONFIG=/etc/slackbridge/slackbridge.toml SLACKBRIDGE_HEALTH_PORT=3001
RUN useradd --uid 10001 --no-create-home --home-dir /var/lib/slackbridge slackbridge \
    && install -d -o slackbridge -g slackbridge /var/lib/slackbridge
COPY --from=build /opt/slackbridge /opt/slackbridge
USER 10001:10001
WORKDIR /var/lib/slackbridge
EXPOSE 3000 3001
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["slackbridge", "health"]
ENTRYPOINT ["slackbridge"]
CMD ["run"]
