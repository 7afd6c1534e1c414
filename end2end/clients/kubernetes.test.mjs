/** The lines for clusters: kubectl reads and applies them, and the kubelet's plugin runs by them. */
import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasKubectl, readYaml, startCluster } from './support/cluster.mjs';
import { byRegistry, linesOf } from './support/lines.mjs';
import { run } from './support/process.mjs';
import { inScene } from './support/scene.mjs';
import { secret } from './support/secrets.mjs';
import { binary, startInstance } from './support/server.mjs';
import { Shell } from './support/shell.mjs';

const timeout = 120_000;
const skip = (await hasKubectl()) ? false : 'there is no kubectl 1.27 or later';

test('lines for a cluster', { timeout, skip }, inScene(async (scene, t) => {
  const instance = await startInstance(scene);
  const { person, server: { url } } = instance;
  const password = secret();
  const ghcr = await person.addCredential({ name: 'ghcr', registry_url: 'ghcr.io', password });
  const pipeline = await person.addPipeline('cluster', [ghcr]);
  const lines = await linesOf(instance, pipeline.id);
  const folder = await scene.folder();
  const cluster = await scene.add(startCluster(folder));

  await t.test('the image pull secret is applied by the server, and takes over', async () => {
    const shell = await Shell.start(scene);
    const done = await shell.job(lines('kubernetes'), { ...cluster.env, HOME: shell.folder, REGCRED_TOKEN: pipeline.token });
    assert.ok(done.isComplete, done.log);
    const [applied] = cluster.applied;
    assert.equal(applied?.path, '/api/v1/namespaces/default/secrets/regcred');
    assert.equal(applied?.type, 'application/apply-patch+yaml');
    assert.equal(applied?.query.force, 'true');
    const { type, data, metadata } = applied?.object;
    assert.deepEqual([type, metadata.annotations], ['kubernetes.io/dockerconfigjson', undefined]);
    const config = JSON.parse(Buffer.from(data['.dockerconfigjson'], 'base64').toString());
    assert.deepEqual([config.auths['ghcr.io'].username, config.auths['ghcr.io'].password], ['acme-bot', password]);
  });

  await t.test('the access rule lets every kubelet ask for tokens of the audience, and for nothing else', async () => {
    const [role, binding, ...rest] = lines('kubelet-access').split('\n---\n');
    assert.deepEqual(rest, []);
    const { kind, metadata: { name }, rules } = await readYaml(cluster, role ?? '');
    assert.equal(kind, 'ClusterRole');
    assert.deepEqual(rules, [{ apiGroups: [''], resources: [url], verbs: ['request-serviceaccounts-token-audience'] }]);
    const { kind: other, roleRef, subjects } = await readYaml(cluster, binding ?? '');
    const apiGroup = 'rbac.authorization.k8s.io';
    assert.equal(other, 'ClusterRoleBinding');
    assert.deepEqual(roleRef, { apiGroup, kind, name });
    assert.deepEqual(subjects, [{ apiGroup, kind: 'Group', name: 'system:nodes' }]);
  });

  const { providers: [provider] } = await readYaml(cluster, lines('kubelet'));
  await t.test('the plugin runs as its configuration says, and answers for the image', async () => {
    assert.deepEqual(provider.matchImages, ['ghcr.io']);
    const token = join(folder, 'token');
    await writeFile(token, pipeline.token);
    await chmod(token, 0o600);
    const env = Object.fromEntries(
      provider.env.map((/** @type {{ name: string, value: string }} */ { name, value }) => [name, value]),
    );
    assert.ok(env.REGCRED_TOKEN_FILE);
    const input = JSON.stringify({ apiVersion: provider.apiVersion, kind: 'CredentialProviderRequest', image: 'ghcr.io/acme/api' });
    const told = await run(binary('REGCRED_HELPER_BIN'), provider.args, { env: { ...env, REGCRED_TOKEN_FILE: token }, input });
    assert.equal(told.status, 0, told.stderr);
    const { apiVersion, kind, auth } = JSON.parse(told.stdout);
    assert.deepEqual([apiVersion, kind], [provider.apiVersion, 'CredentialProviderResponse']);
    assert.deepEqual(byRegistry(auth), { 'ghcr.io/acme/api': { username: 'acme-bot', password } });
  });

  await t.test('with a service account the configuration has its place for it', async () => {
    const without = lines('kubelet').replace(/\n {6}- name: REGCRED_TOKEN_FILE\n.*$/, '');
    const yaml = `${without}\n${lines('kubelet-service-account')}`;
    const { providers: [{ tokenAttributes, env }] } = await readYaml(cluster, yaml);
    assert.deepEqual(env, [{ name: 'REGCRED_URL', value: url }]);
    assert.deepEqual(tokenAttributes, {
      serviceAccountTokenAudience: url,
      cacheType: 'Token',
      requireServiceAccount: true,
      requiredServiceAccountAnnotationKeys: ['regcred/pipeline'],
    });
    assert.equal(lines('kubelet-annotation'), `annotations:\n  regcred/pipeline: ${pipeline.id}`);
  });
}));
