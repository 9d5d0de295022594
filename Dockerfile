# Vticket in one image: a static program, the certificates of public authorities, an empty data folder. No shell.
FROM node:22-bookworm-slim AS assets
WORKDIR /src/api/web
COPY api/web/package.json api/web/package-lock.json api/web/vendor.mjs ./
RUN npm ci --omit=dev --no-audit --no-fund && npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=assets /src/api/web/static/vendor api/web/static/vendor
RUN CGO_ENABLED=0 go build -trimpath -o /out/vticket ./cmd/vticket \
    && mkdir -p /out/root/data/photos && mkdir -m 1777 /out/root/tmp

FROM scratch
LABEL org.opencontainers.image.title="Vticket" \
      org.opencontainers.image.description="The backend with which a city listens to its people" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# A new named volume on /data takes this owner over.
COPY --from=build --chown=65532:65532 /out/root/ /
COPY --from=build /out/vticket /vticket
ENV LISTEN_ADDR=0.0.0.0:8080 DATA_DIR=/data
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["/vticket", "doctor", "--only", "ready", "--quiet"]
ENTRYPOINT ["/vticket"]
CMD ["serve"]
