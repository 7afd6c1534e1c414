import type { Page } from '@playwright/test';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addCredential } from '../support/credentials.ts';
import { addPipeline, signInFor } from '../support/pipelines.ts';
import { run } from '../support/process.ts';
import { secret, unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

/** The lines with this id, whether they are folded or not. */
const lines = async (page: Page, id: string) => (await page.locator(`#${id}`).textContent())!;

/** Runs lines of the page as a CI job does. Gives what they print, and every argument that curl was given. */
async function job(shell: string, script: string, token: string): Promise<{ printed: string; args: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'regcred-job-'));
  try {
    const curl = (await run('sh', ['-c', 'command -v curl'])).stdout.trim();
    await writeFile(join(folder, 'args'), '');
    await writeFile(
      join(folder, 'curl'),
      `#!/bin/sh\nprintf '%s\\n' "$@" >> "${join(folder, 'args')}"\nexec ${curl} "$@"\n`,
      { mode: 0o755 },
    );
    const env = { PATH: `${folder}:${process.env.PATH}`, TMPDIR: folder, HOME: folder, REGCRED_TOKEN: token };
    const { stdout } = await run(shell, ['-euc', script], { env, encoding: 'utf8' });
    return { printed: stdout, args: await readFile(join(folder, 'args'), 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const shell of ['bash', 'sh']) {
  test(`the first lines fetch what was granted, in ${shell}, and no argument has the token`, async ({ page, instance }) => {
    const [name, password] = [unique('fetch'), secret()];
    await addCredential(page, instance, { name, registry_url: 'ghcr.io', password });
    const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name] });
    const fetch = await lines(page, 'fetch');
    const { printed, args } = await job(shell, `${fetch}\ncat "$DOCKER_CONFIG/config.json"`, token);
    expect(signInFor(JSON.parse(printed), 'ghcr.io')).toEqual(['acme-bot', password]);
    expect(args).toContain('/api/v1/docker-config');
    expect(args).not.toContain(token);
    expect(args).not.toContain(password);
  });
}

test('a job that is refused fails, and leaves no file', async ({ page, instance }) => {
  await addPipeline(page, instance, { name: unique('ci') });
  const fetch = await lines(page, 'fetch');
  await expect(job('sh', fetch, `rgc_${'A'.repeat(22)}_${'B'.repeat(43)}_000000`)).rejects.toThrow('401');
  const { printed } = await job('sh', `(${fetch}) || true\nfind "$TMPDIR" -name config.json`, 'wrong');
  expect(printed).toBe('');
});

test('the lines that push name the run, and those that report are heard', async ({ page, instance }) => {
  const name = unique('report');
  await addCredential(page, instance, { name, registry_url: 'quay.io', access: 'pull_push' });
  const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name], access: 'Pull and push' });
  const variables = 'export CI_RUN=run-4711 CI_COMMIT=0a1b2c3d CI_BRANCH=main CI_ACTOR=dana';
  const script = [variables, await lines(page, 'fetch-push'), await lines(page, 'report')].join('\n');
  const { args } = await job('sh', script, token);
  expect(args).toMatch(/\/api\/v1\/deliveries\/[0-9a-f-]{36}\/outcome/);
  expect(args).not.toContain(token);
  await page.reload();
  const receipt = page.getByRole('region', { name: 'Recent deliveries' }).getByRole('row').filter({ hasText: name });
  for (const text of ['run-4711', 'Pull and push', 'Reported: worked']) await expect(receipt.first()).toContainText(text);
});

test('every client has its lines, with the names of the pipeline in them', async ({ page, instance }) => {
  const [name, hub] = [unique('push'), unique('hub')];
  await addCredential(page, instance, { name, registry_url: 'registry.example.com:5000', access: 'pull_push' });
  await addCredential(page, instance, { name: hub, registry_url: 'docker.io', access: 'pull_push' });
  const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name, hub], access: 'Pull and push' });
  const id = new URL(page.url()).pathname.split('/').pop()!;
  const how = page.getByRole('region', { name: 'How to use it' });
  await expect(how.locator('#fetch')).toBeVisible();
  await expect(how.locator('#skopeo')).toBeHidden();
  await how.locator('summary').filter({ hasText: /^skopeo$/ }).click();
  await expect(how.locator('#skopeo')).toContainText('--authfile "$DOCKER_CONFIG/config.json"');

  const helpers = JSON.parse(await lines(page, 'helper-config')).credHelpers;
  const own = { 'docker.io': 'regcred', 'registry.example.com:5000': 'regcred' };
  expect(helpers).toEqual({ ...own, 'https://index.docker.io/v1/': 'regcred' });
  expect(JSON.parse(await lines(page, 'podman-helper-config')).credHelpers).toEqual(own);
  const parts: Record<string, string> = {
    'podman': '/api/v1/auth-json',
    'buildx': '/api/v1/buildx?intent=push&repository=',
    'docker-auth-config': '/api/v1/docker-auth-config',
    'github': id,
    'gitlab': id,
    'circleci': id,
    'buildkite': id,
    'azure': id,
    'woodpecker': `${instance.url}/api/v1/woodpecker/${instance.project.replace('/p/', '')}`,
    'drone': `${instance.url}/api/v1/drone/${instance.project.replace('/p/', '')}`,
    'jenkins': "sh '''",
    'tekton': 'kind: Task',
    'kubernetes': 'kubectl apply',
    'kubelet-access': 'request-serviceaccounts-token-audience',
    'kubelet': 'registry.example.com:5000',
  };
  for (const [id, part] of Object.entries(parts)) expect(await lines(page, id), id).toContain(part);
  await page.reload();
  expect(await how.innerText()).not.toContain(token);
});
