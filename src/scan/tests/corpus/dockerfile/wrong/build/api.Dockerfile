FROM https://ghcr.io/acme/api
FROM alpine AS
COPY --from=$x /a /b
