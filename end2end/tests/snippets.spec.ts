import type { Page } from '@playwright/test';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addCredential } from '../support/credentials.ts';
import { fillIn } from '../support/form.ts';
import { addPipeline, openPart, signInFor } from '../support/pipelines.ts';
import { run } from '../support/process.ts';
import { secret, unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

/** The lines with this id, of that client or of the first one. The browser is at the page of a pipeline. */
async function lines(page: Page, id: string, client = 'docker'): Promise<string> {
  await openPart(page, 'connect');
  if (!page.url().includes(`client=${client}`)) await page.goto(`${page.url()}?client=${client}`);
  return (await page.locator(`#${id}`).textContent())!;
}

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
  await openPart(page, 'deliveries');
  const receipt = page.getByRole('region', { name: 'Fetches' }).getByRole('row').filter({ hasText: name });
  for (const text of ['run-4711', 'Pull and push', 'Reported: worked']) await expect(receipt.first()).toContainText(text);
});

test('every client has its lines, with the names of the pipeline in them', async ({ page, instance }) => {
  const [name, hub] = [unique('push'), unique('hub')];
  await addCredential(page, instance, { name, registry_url: 'registry.example.com:5000', access: 'pull_push' });
  await addCredential(page, instance, { name: hub, registry_url: 'docker.io', access: 'pull_push' });
  const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name, hub], access: 'Pull and push' });
  const id = new URL(page.url()).pathname.split('/').pop()!;
  await openPart(page, 'connect');
  const how = page.getByRole('region', { name: 'How to use it' });
  await expect(how.locator('#fetch')).toBeVisible();
  await how.getByRole('navigation', { name: 'Client' }).getByRole('link', { name: 'skopeo', exact: true }).click();
  await expect(page).toHaveURL(/[?]client=skopeo$/);
  await expect(how.getByRole('link', { name: 'skopeo', exact: true })).toHaveAttribute('aria-current', 'page');
  await expect(how.locator('#skopeo')).toContainText('--authfile "$DOCKER_CONFIG/config.json"');
  await expect(how.locator('#fetch')).toHaveCount(0);

  const helpers = JSON.parse(await lines(page, 'helper-config', 'docker-credential-helper')).credHelpers;
  const own = { 'docker.io': 'regcred', 'registry.example.com:5000': 'regcred' };
  expect(helpers).toEqual({ ...own, 'https://index.docker.io/v1/': 'regcred' });
  expect(JSON.parse(await lines(page, 'podman-helper-config', 'podman')).credHelpers).toEqual(own);
  const parts: Record<string, Record<string, string>> = {
    'podman': { 'podman': '/api/v1/auth-json' },
    'docker-buildx': { 'buildx': '/api/v1/buildx?intent=push&repository=' },
    'docker-auth-config': { 'docker-auth-config': '/api/v1/docker-auth-config' },
    'github-actions': { 'github': id },
    'gitlab-ci': { 'gitlab': id },
    'circleci': { 'circleci': id },
    'buildkite': { 'buildkite': id },
    'azure-pipelines': { 'azure': id },
    'woodpecker': { 'woodpecker': `${instance.url}/api/v1/woodpecker/${instance.project.replace('/p/', '')}` },
    'drone': { 'drone': `${instance.url}/api/v1/drone/${instance.project.replace('/p/', '')}` },
    'jenkins': { 'jenkins': "sh '''" },
    'tekton': { 'tekton': 'kind: Task' },
    'kubernetes-image-pull-secret': { 'kubernetes': 'kubectl apply' },
    'kubernetes-kubelet': {
      'kubelet-access': 'request-serviceaccounts-token-audience',
      'kubelet': 'registry.example.com:5000',
    },
  };
  for (const [client, blocks] of Object.entries(parts)) {
    for (const [id, part] of Object.entries(blocks)) expect(await lines(page, id, client), id).toContain(part);
  }
  await page.reload();
  expect(await how.innerText()).not.toContain(token);
});

test('the lines of the CI that a trust rule names are shown first', async ({ page, instance }) => {
  await addPipeline(page, instance, { name: unique('ci') });
  const path = new URL(page.url()).pathname;
  await page.goto(`${path}/trust/new?provider=github`);
  await fillIn(page, { 'Repository id': '1', 'Owner id': '2', 'Environment': 'release', 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Add trust rule' }).click();
  await page.waitForURL(/\/identity/);
  await openPart(page, 'connect');
  const clients = page.getByRole('navigation', { name: 'Client' });
  await expect(clients.getByRole('link', { name: 'GitHub Actions', exact: true })).toHaveAttribute('aria-current', 'page');
  await expect(page.locator('#github')).toContainText('id-token: write');
});
