import type { Page } from '@playwright/test';
import { addCredential, expectSaid, openEdit, pathOf, send } from '../support/credentials.ts';
import { fillIn } from '../support/form.ts';
import { addRule, grant, grantsOf } from '../support/granting.ts';
import { addPipeline, openPart, pathOfPipeline } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import type { Instance } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

/** Makes a credential that can push, and a pipeline without it; gives its name and what the form calls it. */
async function prepare(page: Page, instance: Instance, draft: Record<string, string> = {}): Promise<[string, string]> {
  const name = unique('doubt');
  const host = `${name}.example.com`;
  await addCredential(page, instance, { name, registry_url: `${host}/acme`, access: 'pull_push', ...draft });
  await addPipeline(page, instance, { name: unique('ci') });
  return [name, `${name} (${host})`];
}

const rowOfGrant = (page: Page, name: string) => grantsOf(page).getByRole('row').filter({ hasText: name });

/** The sentence stands at the grant on whatever page comes next, with the link that mends it. */
async function expectDoubted(page: Page, name: string, sentence: string, mend: string): Promise<void> {
  await openPart(page, 'credentials');
  await expect(rowOfGrant(page, name)).toContainText(sentence);
  const link = rowOfGrant(page, name).getByRole('link', { name: mend, exact: true }).first();
  const response = await page.goto((await link.getAttribute('href'))!);
  expect(response!.status(), mend).toBe(200);
}

const MAIN = { 'Repository id': '1', 'Owner id': '2', 'Git reference': 'refs/heads/main' };

type Saved = {
  what: string;
  /** A rule that the pipeline has, for GitHub unless another provider is named. */
  rule?: Record<string, string>;
  provider?: string;
  draft?: Record<string, string>;
  conditions: Record<string, string>;
  sentence: string;
  mend: string;
};

const SAVED: Saved[] = [
  {
    what: 'a branch that nothing proves',
    conditions: { 'Only from these branches': 'main' },
    sentence: 'No trust rule of this pipeline proves a branch, so no run meets the condition on branches.',
    mend: 'Add a trust rule',
  },
  {
    what: 'an event that nothing proves',
    conditions: { 'Only on these events': 'push' },
    sentence: 'No trust rule of this pipeline proves an event, so no run meets the condition on events.',
    mend: 'Add a trust rule',
  },
  {
    what: 'a branch that is none of the rule',
    rule: MAIN,
    conditions: { 'Only from these branches': 'dev' },
    sentence: 'The trust rules of this pipeline accept runs of other branches only',
    mend: 'Change the grant',
  },
  {
    what: 'an event that is none of the rule',
    rule: { ...MAIN, 'More claims': 'event_name=push' },
    conditions: { 'Only on these events': 'schedule' },
    sentence: 'The trust rules of this pipeline accept runs of other events only',
    mend: 'Change the grant',
  },
  {
    what: 'an event in the words of another provider',
    provider: 'buildkite',
    rule: { 'Organization id': '0184990a-477b-4fa8-9968-496074483cee', 'Pipeline id': '0184990a-4782-42b5-afc1-16715b10b8ff', 'Step': 'build' },
    conditions: { 'Only on these events': 'push' },
    sentence: 'The trust rules of this pipeline accept runs of other events only',
    mend: 'Change the grant',
  },
  {
    what: 'pull requests, which may be of forks, that it gives no access',
    rule: { 'Repository id': '1', 'Owner id': '2', 'Environment': 'build' },
    conditions: { 'Only on these events': 'pull_request' },
    sentence: 'Only runs that may be of a fork meet the conditions, and the grant gives pull requests from forks no access',
    mend: 'Change the grant',
  },
  {
    what: 'push, where all runs may be of forks',
    rule: { 'Repository id': '1', 'Owner id': '2', 'Environment': 'build' },
    conditions: {
      'Access': 'Pull and push', 'Only on these events': 'pull_request', 'Access for pull requests from forks': 'Pull only',
    },
    sentence: 'Whatever can use this grant only pulls, so no request for push receives the credential.',
    mend: 'Change the grant',
  },
  {
    what: 'a reference of no kind',
    conditions: { 'Only from these branches': 'refs/main' },
    sentence: 'A branch condition begins with refs/ but names no kind of reference',
    mend: 'Change the grant',
  },
  {
    what: 'a name that Git lets no branch have',
    conditions: { 'Only from these branches': 'release/' },
    sentence: 'No branch and no tag can have the name in a branch condition, so no run meets it.',
    mend: 'Change the grant',
  },
  {
    what: 'a pattern that is also of other branches',
    rule: MAIN,
    conditions: { 'Only from these branches': 'main*' },
    sentence: 'A branch condition also matches names that only begin or end like it, such as main-old for main*.',
    mend: 'Change the grant',
  },
  {
    what: 'repositories that are none of the credential',
    conditions: { 'Only these repositories': 'other/x' },
    sentence: 'The credential is for other repositories than this grant',
    mend: 'Change the grant',
  },
  {
    what: 'repositories of which one is not the credential\'s',
    conditions: { 'Only these repositories': 'acme/api, other/x' },
    sentence: 'The credential is not for all repositories of this grant. The pipeline does not receive it for the others.',
    mend: 'Change the grant',
  },
  {
    what: 'an expired credential',
    draft: { expires_on: '2020-01-31' },
    conditions: {},
    sentence: 'The credential expired on 2020-01-31, so the registry may refuse it.',
    mend: 'Replace its secret',
  },
];

for (const { what, rule, provider = 'github', draft, conditions, sentence, mend } of SAVED) {
  test(`a grant is doubted for ${what}`, async ({ page, instance }) => {
    const [name, label] = await prepare(page, instance, draft);
    if (rule) {
      await addRule(page, instance, provider, rule);
      await openPart(page, 'credentials');
    }
    await grant(page, instance, label, conditions);
    await expectSaid(page, sentence);
    await expect(page.getByText('can now pull')).toHaveCount(0);
    await expectDoubted(page, name, sentence, mend);
  });
}

test('a grant is doubted while nothing can act as its pipeline', async ({ page, instance }) => {
  const [name, label] = await prepare(page, instance);
  const path = pathOfPipeline(page);
  await openPart(page, 'identity');
  await page.getByRole('link', { name: 'Revoke token First token' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
  await expectSaid(page, 'The token was revoked and no longer works.');
  await page.goto(path);
  await grant(page, instance, label, {});
  const sentence = 'The pipeline has no trust rule and no token that works, so nothing can use this grant.';
  await expectSaid(page, sentence);
  await expectDoubted(page, name, sentence, 'Add a trust rule');
});

test('a grant is doubted once its credential is disabled, until it is enabled', async ({ page, instance }) => {
  const [name, label] = await prepare(page, instance);
  const pipeline = pathOfPipeline(page);
  await grant(page, instance, label, {});
  await expectSaid(page, 'can now pull');
  const credential = await pathOf(page, instance, name);
  await page.goto(credential);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, `${name} is disabled`);
  await page.goto(pipeline);
  const sentence = 'The credential is disabled, so no pipeline receives it.';
  await expectDoubted(page, name, sentence, 'Open the credential');
  await expect(page).toHaveURL(new RegExp(`${credential}$`));
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await expectSaid(page, `${name} is enabled`);
  await page.goto(pipeline);
  await expect(rowOfGrant(page, name)).not.toContainText(sentence);
});

test('a grant to push is doubted once its credential can only pull', async ({ page, instance }) => {
  const [name, label] = await prepare(page, instance);
  const pipeline = pathOfPipeline(page);
  await grant(page, instance, label, { Access: 'Pull and push' });
  await expectSaid(page, `can now pull and push with ${name}.`);
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { Access: 'Pull' });
  await send(dialog);
  await expectSaid(page, `${name} was saved.`);
  await page.goto(pipeline);
  const sentence = 'The credential can only pull, so requests for push do not receive it.';
  await expectDoubted(page, name, sentence, 'Edit the credential');
});

test('two credentials that tie are doubted, each with the name of the other', async ({ page, instance }) => {
  const [one, label] = await prepare(page, instance);
  const pipeline = pathOfPipeline(page);
  const other = `${one}-2`;
  const host = `${one}.example.com`;
  await addCredential(page, instance, { name: other, registry_url: `${host}/acme`, access: 'pull_push' });
  await page.goto(pipeline);
  await grant(page, instance, label, {});
  await expectSaid(page, 'can now pull');
  await grant(page, instance, `${other} (${host})`, {});
  const why = 'equally well, and Regcred does not guess. The pipeline receives none of them where they tie.';
  await expectSaid(page, why);
  for (const [name, tied] of [[one, other], [other, one]] as const) {
    await page.goto(pipeline);
    const row = grantsOf(page).getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    await expect(row).toContainText(`${tied} serves ${host}`);
    await expect(row).toContainText(why);
    await expect(row.getByRole('link', { name: 'Edit the credential' })).toBeVisible();
  }
});

test('a grant that takes a registry out of files without paths is doubted at both rows', async ({ page, instance }) => {
  const [one, label] = await prepare(page, instance);
  const pipeline = pathOfPipeline(page);
  const other = `${one}-2`;
  const host = `${one}.example.com`;
  await addCredential(page, instance, { name: other, registry_url: `${host}/other`, access: 'pull_push' });
  await page.goto(pipeline);
  await grant(page, instance, label, {});
  await expectSaid(page, 'can now pull');
  await grant(page, instance, `${other} (${host})`, {});
  const why = 'files that have one entry for each registry, such as docker config.json, leave all of them out.';
  await expectSaid(page, why);
  for (const [name, tied] of [[one, other], [other, one]] as const) {
    await page.goto(pipeline);
    const row = grantsOf(page).getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    await expect(row).toContainText(`${tied} is for other repositories of ${host}.`);
    await expect(row).toContainText(why);
  }
});

test('a grant is of the credential that was chosen, and of as much as that allows', async ({ page, instance }) => {
  const [name, label] = await prepare(page, instance);
  const grants = grantsOf(page);
  await fillIn(grants, { 'Your password': instance.account.password });
  await grants.getByRole('button', { name: 'Grant', exact: true }).click();
  await expect(grants.getByText('Choose a credential.')).toBeVisible();
  await fillIn(grants, { 'Credential': label, 'Your password': instance.account.password });
  await grants.getByRole('button', { name: 'Grant', exact: true }).click();
  await expectSaid(page, `can now pull and push with ${name}.`);
});
