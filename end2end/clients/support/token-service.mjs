/** A token service for a registry, as the distribution project describes it: signs what each user may do. */
import { X509Certificate, createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { must } from './process.mjs';

/**
 * @typedef {object} Account
 * @property {string} password
 * @property {string[]} repositories In which the user may pull and push; in no other one anything.
 */

/** @typedef {{ user: string, repository: string }} Asked */

/**
 * @typedef {object} TokenService
 * @property {string} origin `http://localhost:PORT`
 * @property {string} name What registries call it, and it itself.
 * @property {string} certificate The path of the certificate that its tokens are signed with.
 * @property {Asked[]} asked Who asked for which repository; nobody's name is empty.
 * @property {string[]} presented The passwords that it was shown.
 * @property {() => Promise<void>} stop
 */

const NAME = 'regcred-test';
/** How long its tokens work, in seconds. */
const LIFE = 300;

/**
 * Starts one whose key and certificate are written into the folder.
 * @param {string} folder
 * @param {Record<string, Account>} accounts
 * @returns {Promise<TokenService>}
 */
export async function startTokenService(folder, accounts) {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${NAME}`, '-days', '2'];
  await must('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', certificate]);
  const signer = await readSigner(key, certificate);
  /** @type {Asked[]} */
  const asked = [];
  /** @type {string[]} */
  const presented = [];

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const say = (/** @type {number} */ status, /** @type {unknown} */ body) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    // Clients that would post a form ask again in this way when they may not.
    if (request.method !== 'GET' || url.pathname !== '/token') return say(404, {});
    const [user, password] = basic(request.headers.authorization);
    if (password !== undefined) presented.push(password);
    const account = user === undefined ? undefined : accounts[user];
    // Nobody may ask too, and is let in nowhere.
    if (user !== undefined && account?.password !== password) return say(401, {});
    const access = url.searchParams.getAll('scope').flatMap((scope) => {
      const [, repository, wanted] = scope.match(/^repository:([a-z0-9/._-]+):([a-z,]+)$/) ?? [];
      if (!repository || !wanted) return [];
      asked.push({ user: user ?? '', repository });
      if (!account?.repositories.includes(repository)) return [];
      const actions = wanted.split(',').filter((action) => ['pull', 'push'].includes(action));
      return [{ type: 'repository', name: repository, actions }];
    });
    return say(200, { token: signer(user ?? '', access), expires_in: LIFE });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    origin: `http://localhost:${port}`,
    name: NAME,
    certificate,
    asked,
    presented,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Signs ES256 tokens that carry the certificate.
 * @param {string} keyFile
 * @param {string} certificateFile
 */
async function readSigner(keyFile, certificateFile) {
  const key = createPrivateKey(await readFile(keyFile));
  const certificate = new X509Certificate(await readFile(certificateFile));
  const header = { typ: 'JWT', alg: 'ES256', x5c: [certificate.raw.toString('base64')] };
  return (/** @type {string} */ user, /** @type {unknown[]} */ access) => {
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, nbf: now - 10, exp: now + LIFE };
    const claims = { iss: NAME, sub: user, aud: NAME, jti: randomUUID(), access, ...times };
    const text = `${part(header)}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  };
}

const part = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * @param {string | undefined} header
 * @returns {[string | undefined, string | undefined]}
 */
function basic(header) {
  const [, encoded] = (header ?? '').match(/^Basic (.+)$/i) ?? [];
  if (!encoded) return [undefined, undefined];
  const pair = Buffer.from(encoded, 'base64').toString();
  const colon = pair.indexOf(':');
  return [pair.slice(0, colon), pair.slice(colon + 1)];
}
