/** Real registries, Debian's docker-registry: with passwords, with a token service, and open to all. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must, start } from './process.mjs';
import { startTokenService } from './token-service.mjs';

/** @typedef {'htpasswd' | 'token' | 'none'} Kind */

/**
 * @typedef {object} Registry
 * @property {Kind} kind
 * @property {string} host `localhost:PORT`; it speaks plain http.
 * @property {import('./token-service.mjs').TokenService} [tokens] Its token service.
 * @property {(repository: string) => string[]} users Who signed in for the repository so far, each once.
 */

/**
 * Starts a registry with these users. A token service lets each into their own repositories only,
 * passwords let everybody into all.
 * @param {import('./scene.mjs').Scene} scene
 * @param {Kind} kind
 * @param {Record<string, import('./token-service.mjs').Account>} accounts
 * @returns {Promise<Registry>}
 */
export async function startRegistry(scene, kind, accounts) {
  const folder = await scene.folder();
  const tokens = kind === 'token' ? await scene.add(startTokenService(folder, accounts)) : undefined;
  const config = join(folder, 'config.yml');
  // YAML reads JSON.
  const text = JSON.stringify({
    version: 0.1,
    // Below that it names no users.
    log: { level: 'debug' },
    storage: { filesystem: { rootdirectory: join(folder, 'images') } },
    http: { addr: '127.0.0.1:0', secret: randomBytes(16).toString('hex') },
    ...(tokens && { auth: { token: auth(tokens) } }),
    ...(kind === 'htpasswd' && { auth: { htpasswd: await passwords(folder, accounts) } }),
  });
  await writeFile(config, text);
  const listening = /listening on 127\.0\.0\.1:(\d+)/;
  const registry = await scene.add(start('docker-registry', ['serve', config], listening));
  return {
    kind,
    host: `localhost:${registry.said[1]}`,
    tokens,
    users: (repository) => {
      const asked = tokens?.asked.filter((one) => one.repository === repository);
      const users = asked?.map((one) => one.user) ?? logged(registry.output(), repository);
      // Nobody, who asks as for a public image, has no name.
      return [...new Set(users)].filter(Boolean);
    },
  };
}

/** @param {import('./token-service.mjs').TokenService} tokens */
function auth({ origin, name, certificate }) {
  return { realm: `${origin}/token`, service: name, issuer: name, rootcertbundle: certificate };
}

/**
 * @param {string} folder
 * @param {Record<string, import('./token-service.mjs').Account>} accounts
 */
async function passwords(folder, accounts) {
  const path = join(folder, 'htpasswd');
  const lines = Object.entries(accounts).map(([user, { password }]) =>
    must('htpasswd', ['-Bbn', '-C', '5', user, password]),
  );
  await writeFile(path, (await Promise.all(lines)).join(''));
  return { realm: 'regcred', path };
}

/**
 * The users of the log's lines about the repository: `… auth.user.name=ci … vars.name="acme/api" …`.
 * @param {string} log
 * @param {string} repository
 */
function logged(log, repository) {
  const lines = log.split('\n').filter((line) => field(line, 'vars.name') === repository);
  return lines.flatMap((line) => field(line, 'auth.user.name') ?? []);
}

/**
 * @param {string} line
 * @param {string} name
 */
function field(line, name) {
  const escaped = name.replaceAll('.', '\\.');
  return line.match(new RegExp(`(?:^|\\s)${escaped}="?([^"\\s]+)`))?.[1];
}
