/** As much of a Kubernetes server as kubectl needs to apply a secret and to read YAML. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { must, run } from './process.mjs';

/** What kubectl sent to apply. @typedef {{ path: string, query: Record<string, string>, type: string, object: any }} Applied */

/**
 * @typedef {object} Cluster
 * @property {Record<string, string>} env With which kubectl finds it.
 * @property {Applied[]} applied
 * @property {() => Promise<void>} stop
 */

const RBAC = 'rbac.authorization.k8s.io/v1';
const KUBELET = 'kubelet.config.k8s.io/v1';
/** Groups and their kinds. @type {Record<string, string[]>} */
const KINDS = { v1: ['Secret'], [RBAC]: ['ClusterRole', 'ClusterRoleBinding'], [KUBELET]: ['CredentialProviderConfig'] };
const PATCH = {
  'parameters': [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
  'responses': {},
  'x-kubernetes-group-version-kind': { group: '', version: 'v1', kind: 'Secret' },
};

/** What a server says of itself, by path. @type {Record<string, object>} */
const ANSWERS = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [RBAC, KUBELET].map(group) },
  '/api/v1': resources('v1'),
  [`/apis/${RBAC}`]: resources(RBAC),
  [`/apis/${KUBELET}`]: resources(KUBELET),
  '/openapi/v3': { paths: { 'api/v1': { serverRelativeURL: '/openapi/v3/api/v1' } } },
  '/openapi/v3/api/v1': {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: '1' },
    paths: { '/api/v1/namespaces/{namespace}/secrets/{name}': { patch: PATCH } },
  },
};

/** Whether there is a kubectl that lets the server check what it applies. */
export async function hasKubectl() {
  const found = await run('sh', ['-c', 'kubectl version --client -o json']);
  return found.status === 0 && Number(JSON.parse(found.stdout).clientVersion.minor.match(/^\d+/)) >= 27;
}

/**
 * Starts one.
 * @param {string} folder For kubectl's configuration.
 * @returns {Promise<Cluster>}
 */
export async function startCluster(folder) {
  /** @type {Applied[]} */
  const applied = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => (body += chunk));
    request.once('end', () => {
      const isPatch = request.method === 'PATCH';
      const type = request.headers['content-type'] ?? '';
      if (isPatch) {
        applied.push({ path: pathname, query: Object.fromEntries(searchParams), type, object: JSON.parse(body) });
      }
      const answer = isPatch ? body : JSON.stringify(ANSWERS[pathname] ?? null);
      response.writeHead(answer === 'null' ? 404 : 200, { 'content-type': 'application/json' }).end(answer);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const config = join(folder, 'kubeconfig');
  const one = { name: 'made-up', context: { cluster: 'made-up', user: 'made-up' } };
  const clusters = [{ name: 'made-up', cluster: { server: `http://127.0.0.1:${port}` } }];
  const users = [{ name: 'made-up', user: {} }];
  const text = { apiVersion: 'v1', kind: 'Config', clusters, users, contexts: [one], 'current-context': 'made-up' };
  await writeFile(config, JSON.stringify(text));
  return {
    env: { KUBECONFIG: config, HOME: folder },
    applied,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * One document of YAML, as Kubernetes reads it.
 * @param {Cluster} cluster
 * @param {string} yaml
 * @returns {Promise<any>}
 */
export async function readYaml({ env }, yaml) {
  const args = ['create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', '-'];
  return JSON.parse(await must('kubectl', args, { env, input: yaml }));
}

/** @param {string} groupVersion */
function group(groupVersion) {
  const [name, version] = groupVersion.split('/');
  return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
}

/** @param {string} groupVersion */
function resources(groupVersion) {
  const kinds = KINDS[groupVersion] ?? [];
  const all = kinds.map((kind) => ({
    name: `${kind.toLowerCase()}s`,
    singularName: kind.toLowerCase(),
    namespaced: kind === 'Secret',
    kind,
    verbs: ['create', 'get', 'patch'],
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: all };
}
