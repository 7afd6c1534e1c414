import { generateKeyPairSync } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expectSaid } from '../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../support/form.ts';
import { rulesOf, sendRule, unfold } from '../support/granting.ts';
import { trustIssuer } from '../support/issuers.ts';
import { addPipeline, openPart } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import type { Instance } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

/** Makes a pipeline; gives its path. The browser is at its trust rules then. */
async function openPipeline(page: Page, instance: Instance): Promise<string> {
  await addPipeline(page, instance, { name: unique('trusted') });
  const path = new URL(page.url()).pathname;
  await openPart(page, 'identity');
  return path;
}

/** A token as providers make them, but signed by nobody. */
function unsigned(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'RS256', typ: 'JWT' }), part(claims), 'AAAA'].join('.');
}

test('a rule needs ids and a restriction, is listed with its claims, and is deleted', async ({ page, instance }) => {
  const path = await openPipeline(page, instance);
  await expect(rulesOf(page)).toContainText('this pipeline can only use a token');
  await rulesOf(page).getByRole('link', { name: 'Add trust rule' }).click();
  await expect(page).toHaveURL(`${path}/trust/new?provider=github`);
  const who = page.getByRole('navigation', { name: 'Provider' });
  await expect(who.getByRole('link', { name: 'GitHub Actions' })).toHaveAttribute('aria-current', 'page');
  await expect(page.getByLabel('Issuer', { exact: true })).toBeHidden();
  await expectValues(page, { Issuer: 'https://token.actions.githubusercontent.com', Audience: instance.url });

  await sendRule(page, instance, { Issuer: 'http://example.com', Audience: '', 'Repository id': 'acme/api' });
  await expectWrong(page, 'Issuer', 'The issuer must be an https:// address.');
  await expectWrong(page, 'Audience', 'Enter the audience');
  await expectWrong(page, 'Repository id', 'Enter the number, not the name');
  await expectWrong(page, 'Owner id', 'Enter the owner id');
  await expectWrong(page, 'Git reference', 'Enter at least one of these');
  await expectValues(page, { Issuer: 'http://example.com', Audience: '', 'Repository id': 'acme/api', 'Your password': '' });

  const values = { Issuer: 'https://token.actions.githubusercontent.com', Audience: instance.url, 'Repository id': '1', 'Owner id': '2' };
  await sendRule(page, instance, values);
  await expectWrong(page, 'Git reference', 'Enter at least one of these');
  await fillIn(page, { 'Git reference': 'refs/heads/main', 'Your password': 'not the password' });
  await page.getByRole('button', { name: 'Add trust rule' }).click();
  await expectWrong(page, 'Your password', 'This is not your password');
  await expectValues(page, { ...values, 'Git reference': 'refs/heads/main' });
  await sendRule(page, instance, { 'More claims': 'runner_environment=github-hosted' });

  await expectSaid(page, 'The trust rule was added.');
  const row = rulesOf(page).getByRole('row').filter({ hasText: 'GitHub Actions' });
  await expect(row).toContainText('main of repository 1');
  await row.getByText('4 claims').click();
  for (const text of [
    'https://token.actions.githubusercontent.com', 'repository_id=1', 'repository_owner_id=2', 'ref=refs/heads/main',
    'runner_environment=github-hosted', 'Never',
  ]) {
    await expect(row).toContainText(text);
  }
  await row.getByRole('link', { name: 'Delete the GitHub Actions rule for 1' }).click();
  const question = page.getByRole('dialog', { name: 'Delete the rule main of repository 1' });
  await expect(question).toContainText('The rule has not been used yet.');
  await question.getByRole('link', { name: 'Cancel' }).click();
  await row.getByRole('link', { name: 'Delete the GitHub Actions rule for 1' }).click();
  await question.getByRole('button', { name: 'Delete', exact: true }).click();
  await expectSaid(page, 'The trust rule was deleted.');
  await expect(row).toHaveCount(0);
});

test('a rule is changed, and is called by its title', async ({ page, instance }) => {
  const path = await openPipeline(page, instance);
  await page.goto(`${path}/trust/new?provider=github`);
  await sendRule(page, instance, { 'Repository id': '1', 'Owner id': '2', 'Git reference': 'refs/heads/main' });
  const row = rulesOf(page).getByRole('row').filter({ hasText: 'GitHub Actions' });
  await row.getByRole('link', { name: 'Edit the GitHub Actions rule for 1' }).click();
  await expectValues(page, { 'Repository id': '1', 'Git reference': 'refs/heads/main', 'Title': '' });
  await fillIn(page, { 'Git reference': 'dev', 'Title': 'Nightly', 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Save' }).click();
  await expectWrong(page, 'Git reference', 'Write the whole reference');
  await expectValues(page, { 'Git reference': 'dev', 'Title': 'Nightly', 'Your password': '' });
  await fillIn(page, { 'Git reference': 'refs/heads/dev', 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Save' }).click();
  await expectSaid(page, 'The trust rule was changed.');
  await expect(row).toContainText('Nightly');
  await row.getByText('3 claims').click();
  await expect(row).toContainText('ref=refs/heads/dev');
});

test('a rule that no token can match is doubted, with the link that mends it', async ({ page, instance }) => {
  const path = await openPipeline(page, instance);
  await page.goto(`${path}/trust/new?provider=buildkite`);
  await sendRule(page, instance, { 'Organization id': '0184990a-477b-4fa8-9968-496074483cee', 'Pipeline id': '0184990a-4782-42b5-afc1-16715b10b8ff', 'Branch': 'main', 'Tag': 'v1' });
  await expectSaid(page, 'A build of a tag has no branch');
  const row = rulesOf(page).getByRole('row').filter({ hasText: 'Buildkite' });
  await expect(row).toContainText('A build of a tag has no branch');
  await row.getByRole('link', { name: 'Change the rule' }).click();
  await fillIn(page, { 'Tag': '', 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Save' }).click();
  await expectSaid(page, 'The trust rule was changed.');
  await expect(row).not.toContainText('A build of a tag has no branch');
});

test('a rule is made from the token of a job', async ({ page, instance }) => {
  const path = await openPipeline(page, instance);
  await page.goto(`${path}/trust/new?provider=github`);
  await page.getByRole('link', { name: 'paste it to fill in this form' }).click();
  const token = unsigned({
    iss: 'https://token.actions.githubusercontent.com', aud: 'elsewhere', repository_id: '74', repository_owner_id: '65',
    repository: 'acme/api', ref: 'refs/heads/main', event_name: 'push',
  });
  await fillIn(page, { Token: `Bearer ${token}` });
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await expectValues(page, {
    'Repository id': '74', 'Owner id': '65', 'Git reference': 'refs/heads/main', 'Title': 'main of acme/api',
    'Issuer': 'https://token.actions.githubusercontent.com', 'Audience': instance.url,
  });
  await fillIn(page, { 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Add trust rule' }).click();
  await expectSaid(page, 'The trust rule was added.');
  await expect(rulesOf(page).getByRole('row').filter({ hasText: 'main of acme/api' })).toHaveCount(1);
});

test('every provider has its own form', async ({ page, instance }) => {
  const path = await openPipeline(page, instance);
  await page.goto(`${path}/trust/new`);
  const who = page.getByRole('navigation', { name: 'Provider' });
  const fields: Record<string, string[]> = {
    'GitLab CI': ['Issuer', 'Audience', 'Project id', 'Git reference', 'Protected reference', 'Group id', 'More claims'],
    'Kubernetes': ['Issuer', 'Audience', 'Subject', 'Service account uid'],
    'CircleCI': ['Issuer', 'Audience', 'Project id', 'Git reference'],
    'Buildkite': ['Issuer', 'Audience', 'Organization id', 'Pipeline id', 'Branch'],
    'Azure DevOps': ['Issuer', 'Audience', 'Subject'],
    'Another OpenID Connect issuer': ['Issuer', 'Audience', 'Subject', 'More claims'],
    'Woodpecker': ['Public key', 'Repository id'],
    'Drone': ['Repository id', 'Repository'],
  };
  for (const [provider, labels] of Object.entries(fields)) {
    await who.getByRole('link', { name: provider, exact: true }).click();
    await expect(who.getByRole('link', { name: provider, exact: true })).toHaveAttribute('aria-current', 'page');
    await unfold(page);
    for (const label of labels) await expect(page.getByLabel(label, { exact: true }), `${provider}: ${label}`).toBeVisible();
  }
});

test('a claim with a slash in its name arrives whole', async ({ page, instance }) => {
  const path = await openPipeline(page, instance);
  await trustIssuer(page, instance, 'https://kubernetes.example.com');
  await page.goto(`${path}/trust/new?provider=kubernetes`);
  await sendRule(page, instance, {
    'Issuer': 'https://kubernetes.example.com',
    'Subject': 'system:serviceaccount:ci:builder',
    'Service account uid': '0a1b2c3d',
  });
  await rulesOf(page).getByText('2 claims').click();
  await expect(rulesOf(page)).toContainText('kubernetes.io/serviceaccount/uid=0a1b2c3d');
  await expect(rulesOf(page)).toContainText('sub=system:serviceaccount:ci:builder');
});

test("a rule for Woodpecker takes the server's public key and says where to ask", async ({ page, instance }) => {
  const path = await openPipeline(page, instance);
  await page.goto(`${path}/trust/new?provider=woodpecker`);
  const project = instance.project.replace('/p/', '');
  await expect(page.getByText(`${instance.url}/api/v1/woodpecker/${project}`)).toBeVisible();
  await sendRule(page, instance, { 'Public key': 'no key', 'Repository id': '7' });
  await expectWrong(page, 'Public key', 'Paste the public key');
  await expectValues(page, { 'Public key': 'no key', 'Repository id': '7' });
  const { publicKey } = generateKeyPairSync('ed25519');
  await sendRule(page, instance, { 'Public key': publicKey.export({ type: 'spki', format: 'pem' }).toString() });
  await expectSaid(page, 'The trust rule was added.');
  await expect(rulesOf(page).getByRole('row').filter({ hasText: 'Woodpecker' })).toContainText('repo.id=7');
});

test.describe('in a project without a rule for Drone', () => {
  // A later rule uses the same secret and does not show it.
  test.use({ fresh: true });

  test("a rule for Drone shows the shared secret once", async ({ page, instance }) => {
    const path = await openPipeline(page, instance);
    await page.goto(`${path}/trust/new?provider=drone`);
    const project = instance.project.replace('/p/', '');
    const endpoint = `DRONE_REGISTRY_PLUGIN_ENDPOINT=${instance.url}/api/v1/drone/${project}`;
    await expect(page.getByText(endpoint)).toBeVisible();
    await sendRule(page, instance, { 'Repository id': '7' });
    const shown = page.getByRole('region', { name: 'New shared secret' });
    await expect(shown).toContainText(endpoint);
    const [, secret] = (await shown.innerText()).match(/DRONE_REGISTRY_PLUGIN_TOKEN=(\S{20,})/) ?? [];
    expect(secret, 'the shared secret on the page').toBeDefined();
    expect(page.url()).not.toContain(secret!);
    await expect(rulesOf(page).getByRole('row').filter({ hasText: 'Drone' })).toContainText('repo.id=7');
    await page.reload();
    await expect(page.getByText('The new shared secret was already shown.')).toBeVisible();
    expect(await page.content()).not.toContain(secret!);
  });
});

test('a token that is tried is explained claim by claim, and not kept', async ({ page, instance }) => {
  const path = await openPipeline(page, instance);
  await page.goto(`${path}/trust/new?provider=github`);
  await sendRule(page, instance, { 'Repository id': '1', 'Owner id': '2', 'Git reference': 'refs/heads/main' });
  await rulesOf(page).getByRole('link', { name: 'Try a token' }).click();
  await expect(page).toHaveURL(`${path}/trust/try`);

  await fillIn(page, { Token: 'garbage-that-is-no-token' });
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await expectWrong(page, 'Token', /./);
  await expectValues(page, { Token: '' });
  expect(await page.content()).not.toContain('garbage-that-is-no-token');

  const token = unsigned({
    iss: 'https://issuer.example.com', aud: ['elsewhere', instance.url], repository_id: '1', repository_owner_id: '3', actor: 'dana',
  });
  await fillIn(page, { Token: token });
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  const result = page.getByRole('region', { name: 'Result' });
  await expect(result).toContainText('No trust rule of this pipeline names the issuer of this token.');
  await expect(result).toContainText('The token was not stored.');
  const rule = result.getByRole('table', { name: /GitHub Actions rule for 1/ });
  const checks: [string, string, string][] = [
    ['iss', 'https://issuer.example.com', 'No'],
    ['aud', instance.url, 'Yes'],
    ['repository_id', '1', 'Yes'],
    ['repository_owner_id', '3', 'No'],
    ['ref', 'Missing', 'No'],
  ];
  for (const [claim, found, word] of checks) {
    const row = rule.getByRole('row').filter({ has: page.getByRole('cell', { name: claim, exact: true }) });
    await expect(row.getByRole('cell').nth(2), claim).toContainText(found);
    await expect(row.getByRole('cell').nth(3), claim).toHaveText(word);
  }
  await expect(result.getByRole('table', { name: 'Claims of the token' })).toContainText('dana');
  expect(page.url()).not.toContain(token);
  expect(await page.content()).not.toContain(token.split('.')[1]!);
  await page.reload();
  await expect(page.getByText('The result was already shown.')).toBeVisible();
});

test('a pipeline is found by the repository that its trust rule names', async ({ page, instance }) => {
  const path = await openPipeline(page, instance);
  const repository = `acme/${unique('repository')}`;
  await page.goto(`${path}/trust/new?provider=github`);
  await sendRule(page, instance, {
    'Repository id': '1', 'Owner id': '2', 'Git reference': 'refs/heads/main', 'More claims': `repository=${repository}`,
  });
  await expectSaid(page, 'The trust rule was added.');
  await page.goto(`${instance.project}/pipelines?q=${encodeURIComponent(repository.toUpperCase())}`);
  const rows = page.getByRole('table', { name: 'Pipelines' }).getByRole('row');
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1).getByRole('link').first()).toHaveAttribute('href', path);
  await page.goto(`${instance.project}/pipelines?q=%CC%81`);
  await expect(page.getByText('No pipelines match.')).toBeVisible();
});
