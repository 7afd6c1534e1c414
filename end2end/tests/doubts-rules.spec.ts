import { addCredential, expectSaid } from '../support/credentials.ts';
import { addRule, grant, rulesOf } from '../support/granting.ts';
import { trustIssuer } from '../support/issuers.ts';
import { addPipeline, openPart, pathOfPipeline } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

const GITHUB = { 'Repository id': '1', 'Owner id': '2' };
const MAIN = { ...GITHUB, 'Git reference': 'refs/heads/main' };
const ORGANIZATION = '0184990a-477b-4fa8-9968-496074483cee';
const BUILDKITE = { 'Organization id': ORGANIZATION, 'Pipeline id': '0184990a-4782-42b5-afc1-16715b10b8ff' };
const AZURE = 'https://vstoken.dev.azure.com/acme';
const CIRCLE = `https://oidc.circleci.com/org/${ORGANIZATION}`;

type Saved = {
  what: string;
  /** As addresses and as people call it. */
  provider: string;
  label: string;
  /** One that has to be trusted first. */
  issuer?: string;
  values: Record<string, string>;
  sentence: string;
};

const SAVED: Saved[] = [
  {
    what: 'a pattern that is also of other branches',
    provider: 'github', label: 'GitHub Actions',
    values: { ...GITHUB, 'Git reference': 'refs/heads/main*' },
    sentence: 'Runs of other names match the git reference, too, such as main-old for main*.',
  },
  {
    what: 'a workflow without its reference',
    provider: 'github', label: 'GitHub Actions',
    values: { ...GITHUB, Workflow: 'acme/ci/.github/workflows/build.yml' },
    sentence: 'GitHub writes a workflow with its reference',
  },
  {
    what: 'a workflow at a branch that is not written whole',
    provider: 'github', label: 'GitHub Actions',
    values: { ...GITHUB, Workflow: 'acme/ci/.github/workflows/build.yml@main' },
    sentence: 'GitHub writes a workflow with its reference',
  },
  {
    what: 'a tag as a whole reference',
    provider: 'buildkite', label: 'Buildkite',
    values: { ...BUILDKITE, Tag: 'refs/tags/v1' },
    sentence: 'Buildkite writes the name of a tag alone, for example v1, so no token matches.',
  },
  {
    what: 'a service connection that is asked for its pipeline',
    provider: 'azure_devops', label: 'Azure DevOps', issuer: AZURE,
    values: { 'Issuer': AZURE, 'Subject': 'sc://acme/shop/push', 'Git reference': 'refs/heads/main' },
    sentence: 'Only the token of a pipeline, whose subject begins with p://, says of which project, pipeline or reference it is',
  },
  {
    what: 'a branch as a whole reference',
    provider: 'buildkite', label: 'Buildkite',
    values: { ...BUILDKITE, Branch: 'refs/heads/main' },
    sentence: 'Buildkite writes the name of a branch alone',
  },
  {
    what: 'a branch and a tag at once',
    provider: 'buildkite', label: 'Buildkite',
    values: { ...BUILDKITE, Branch: 'main', Tag: 'v*' },
    sentence: 'A build of a tag has no branch, so no token has both.',
  },
  {
    what: 'a subject of another form',
    provider: 'azure_devops', label: 'Azure DevOps', issuer: AZURE,
    values: { Issuer: AZURE, Subject: 'acme/shop/build' },
    sentence: 'Azure DevOps writes subjects as p://ORGANIZATION/PROJECT/PIPELINE',
  },
  {
    what: 'a repository without its host',
    provider: 'circleci', label: 'CircleCI', issuer: CIRCLE,
    values: { 'Issuer': CIRCLE, 'Project id': BUILDKITE['Pipeline id'], 'Repository': 'acme/api', 'Git reference': 'refs/heads/main' },
    sentence: 'CircleCI writes the repository with its host',
  },
  {
    what: 'names in the place of ids',
    provider: 'buildkite', label: 'Buildkite',
    values: { 'Organization id': 'acme', 'Pipeline id': 'api', 'Branch': 'main' },
    sentence: 'The organization id and pipeline id are not UUIDs, so no token matches. Enter the id that the provider shows',
  },
];

for (const { what, provider, label, issuer, values, sentence } of SAVED) {
  test(`a trust rule is doubted for ${what}`, async ({ page, instance }) => {
    if (issuer !== undefined) await trustIssuer(page, instance, issuer);
    await addPipeline(page, instance, { name: unique('ci') });
    await addRule(page, instance, provider, values);
    await expectSaid(page, 'The trust rule was added.');
    await expectSaid(page, sentence);
    // It stays when the message is gone, with the link that mends it.
    await openPart(page, 'identity');
    const row = rulesOf(page).getByRole('row').filter({ hasText: label });
    await expect(row).toContainText(sentence);
    await row.getByRole('link', { name: 'Change the rule', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Save' })).toBeVisible();
  });
}

test('a trust rule is doubted while nothing is granted to its pipeline', async ({ page, instance }) => {
  await addPipeline(page, instance, { name: unique('ci') });
  await addRule(page, instance, 'github', MAIN);
  await expectSaid(page, 'No credential is granted to this pipeline yet, so it receives nothing.');
});

test('a trust rule is doubted whose runs meet the conditions of no grant', async ({ page, instance }) => {
  const name = unique('doubt');
  const host = `${name}.example.com`;
  await addCredential(page, instance, { name, registry_url: host });
  await addPipeline(page, instance, { name: unique('ci') });
  const pipeline = pathOfPipeline(page);
  await grant(page, instance, `${name} (${host}, pull only)`, { 'Only from these branches': 'dev' });
  await expectSaid(page, 'No trust rule of this pipeline proves a branch');
  await page.goto(pipeline);
  await addRule(page, instance, 'github', MAIN);
  await expectSaid(page, 'conditions on branches or events that the runs of this rule do not meet, so they receive nothing.');
});

test('a trust rule is doubted whose runs may all be of forks, while no grant gives forks access', async ({ page, instance }) => {
  const name = unique('doubt');
  const host = `${name}.example.com`;
  await addCredential(page, instance, { name, registry_url: host });
  await addPipeline(page, instance, { name: unique('ci') });
  const pipeline = pathOfPipeline(page);
  await grant(page, instance, `${name} (${host}, pull only)`, {});
  await expectSaid(page, 'can now pull');
  await page.goto(pipeline);
  await addRule(page, instance, 'github', { ...GITHUB, 'Git reference': 'refs/pull/*' });
  await expectSaid(page, 'Every run of this rule may be of a fork, and no grant that such a run could use gives pull requests from forks access');
});

test('a trust rule is doubted whose issuer did not answer, and a token can be tried', async ({ page, instance }) => {
  const issuer = `https://${unique('nowhere')}.example.com`;
  await trustIssuer(page, instance, issuer);
  await addPipeline(page, instance, { name: unique('ci') });
  await addRule(page, instance, 'kubernetes', { Issuer: issuer, Subject: 'system:serviceaccount:ci:build' });
  const sentence = 'No token can be verified with this trust rule yet.';
  await expectSaid(page, sentence);
  await page.getByRole('status').filter({ hasText: sentence }).getByRole('link', { name: 'Try a token' }).click();
  await expect(page).toHaveURL(/\/trust\/try$/);
});
