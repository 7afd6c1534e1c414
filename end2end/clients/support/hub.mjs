/** A stand-in for Docker Hub: a proxy that leads to it, and behind it a registry on this machine. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { must } from './process.mjs';

/** Where clients connect to for images of `docker.io`. */
const NAME = 'registry-1.docker.io';

/**
 * @typedef {object} Hub
 * @property {Record<string, string>} env The environment in which clients take it for Docker Hub.
 * @property {() => Promise<void>} stop
 */

/**
 * Starts one. Clients name images of `docker.io`, look up its credentials and verify its
 * certificate, as always.
 * @param {string} folder For its certificate.
 * @param {import('./registry.mjs').Registry} registry What it has.
 * @returns {Promise<Hub>}
 */
export async function startHub(folder, { host }) {
  const [keyFile, certificateFile] = [join(folder, 'hub-key.pem'), join(folder, 'hub.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`, '-days', '2'];
  await must('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', keyFile, '-out', certificateFile]);
  const [key, cert] = [await readFile(keyFile), await readFile(certificateFile)];

  /** @type {Set<import('node:stream').Duplex>} */
  const open = new Set();
  const proxy = createServer((_, response) => response.writeHead(403).end());
  proxy.on('connect', (request, socket) => {
    if (request.url !== `${NAME}:443`) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const client = new TLSSocket(/** @type {import('node:net').Socket} */ (socket), { isServer: true, key, cert });
    const behind = connect(Number(host.split(':')[1]), '127.0.0.1');
    for (const [one, other] of [[client, behind], [behind, client]]) {
      open.add(one);
      one.pipe(other);
      // Clients hang up as they please.
      one.on('error', () => other.destroy());
      one.on('close', () => open.delete(one));
    }
    return undefined;
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: 'localhost,127.0.0.1', SSL_CERT_FILE: certificateFile },
    stop: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve());
        proxy.closeAllConnections();
        for (const socket of open) socket.destroy();
      }),
  };
}
