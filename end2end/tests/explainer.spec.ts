import { expectNoSideScroll } from '../support/axe.ts';
import { addCredential, pathOf } from '../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../support/form.ts';
import { addPipeline } from '../support/pipelines.ts';
import { post } from '../support/post.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

/** The last part of a path: an id. */
const idOf = (path: string) => new URL(path, 'http://localhost').pathname.split('/').pop()!;

test('the longest path wins, and each of the others has its reason', async ({ page, instance }) => {
  const host = `${unique('match')}.example.com`;
  const [team, api, other, pipeline] = [unique('team'), unique('api'), unique('other'), unique('acme/api')];
  await addCredential(page, instance, { name: team, registry_url: host, paths: 'acme' });
  await addCredential(page, instance, { name: api, registry_url: host, paths: 'acme/api' });
  await addCredential(page, instance, { name: other, registry_url: host });
  await addPipeline(page, instance, { name: pipeline, credentials: [team, api] });

  await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Match' }).click();
  await expect(page.getByRole('heading', { name: 'Match', exact: true })).toBeVisible();
  const main = page.getByRole('main');
  await fillIn(main, { Image: `${host}/acme/api:1.2`, Pipeline: pipeline, Intent: 'Pull' });
  await main.getByRole('button', { name: 'Explain' }).click();

  const expectAnswer = async () => {
    const answer = page.getByRole('region', { name: 'Answer' });
    await expect(answer).toContainText(`The pipeline receives ${api}.`);
    const row = (name: string) => answer.getByRole('row').filter({ hasText: name });
    await expect(row(api).first()).toContainText('Selected');
    await expect(row(team).first()).toContainText("Another credential covers more of the repository's path.");
    await expect(row(other).first()).toContainText('It is not granted to this pipeline.');
    await expect(row(other).getByRole('link', { name: 'Grant it' })).toHaveAttribute('href', new RegExp(`/grant\\?pipeline=`));
    await expect(answer.getByRole('table', { name: 'What each format would contain' })).toContainText('docker config.json');
  };
  await expectAnswer();
  await expectValues(main, { Image: `${host}/acme/api:1.2`, Intent: 'pull' });
  // The question is the URL.
  await page.goto(page.url());
  await expectAnswer();

  // What is not granted is granted from the answer.
  await main.getByRole('link', { name: 'Grant it' }).click();
  await expect(page).toHaveURL(/\/grant\?pipeline=/);
  await expect(page.getByRole('dialog').getByLabel('Pipeline', { exact: true })).toHaveValue(new URL(page.url()).searchParams.get('pipeline')!);
  await expect(page.getByRole('heading', { name: `Grant ${other}` })).toBeVisible();
  await page.goBack();

  // Nothing was delivered.
  await main.getByRole('link', { name: api, exact: true }).click();
  await expect(page.getByRole('heading', { name: api, exact: true })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Used by' }).getByRole('row').filter({ hasText: pipeline })).toContainText('Never');
});

test('what the registry may refuse is said beside the answer, with the link that mends it', async ({ page, instance }) => {
  const [name, pipeline, team] = [unique('doubtful'), unique('ci'), unique('team')];
  const draft = { registry_url: 'ghcr.io', paths: team, password: 'github_pat_example', expires_on: '2020-01-31' };
  await addCredential(page, instance, { name, ...draft });
  await addPipeline(page, instance, { name: pipeline, credentials: [name] });
  await page.goto(`${instance.project}/match?image=ghcr.io/${team}/api&pipeline=${idOf(page.url())}&intent=pull`);
  const answer = page.getByRole('region', { name: 'Answer' });
  await expect(answer).toContainText(`The pipeline receives ${name}.`);
  await expect(answer).toContainText(/The secret of the credential looks wrong: This .+\./);
  await expect(answer).toContainText('The credential expired on 2020-01-31');
  // One link mends both.
  await expect(answer.getByRole('link', { name: 'Replace its secret' })).toHaveCount(1);
  await answer.getByRole('link', { name: 'Replace its secret' }).click();
  await expect(page.getByRole('dialog', { name: `Replace secret of ${name}` })).toBeVisible();
});

test('a grant that would not help is not offered', async ({ page, instance }) => {
  const host = `${unique('match')}.example.com`;
  const [name, pipeline] = [unique('beta'), unique('ci')];
  await addCredential(page, instance, { name, registry_url: host, paths: 'beta' });
  await addPipeline(page, instance, { name: pipeline });
  const id = idOf(page.url());
  const answer = page.getByRole('region', { name: 'Answer' });
  await page.goto(`${instance.project}/match?image=${host}/acme/api&pipeline=${id}&intent=pull`);
  await expect(answer).toContainText('A grant would not help: it is for other repositories.');
  await expect(answer.getByRole('link', { name: 'Grant it' })).toHaveCount(0);
  await page.goto(`${instance.project}/match?image=${host}/beta/api&pipeline=${id}&intent=pull`);
  await expect(answer.getByRole('link', { name: 'Grant it' })).toHaveCount(1);
});

test('a condition is met by values that are treated as proven', async ({ page, instance }) => {
  const host = `${unique('terms')}.example.com`;
  const [name, pipeline] = [unique('terms'), unique('acme/api')];
  await addCredential(page, instance, { name, registry_url: host });
  const credential = idOf(await pathOf(page, instance, name));
  await addPipeline(page, instance, { name: pipeline });
  const id = idOf(page.url());
  const granted = await post(page, `${instance.url}/rpc/grants/create`, {
    'project': instance.project.replace('/p/', ''),
    'pipeline': id,
    'form[credentials][]': credential,
    'form[intent]': 'pull',
    'form[branches]': 'main',
    'password': instance.account.password,
  });
  expect(granted.headers()['location'], 'where the post leads').toContain('said=');

  const answer = page.getByRole('region', { name: 'Answer' });
  const ask = (query: string) => page.goto(`${instance.project}/match?image=${host}/acme/api&pipeline=${id}&intent=pull${query}`);
  await ask('');
  await expect(answer).toContainText('The grant is for some branches, and the branch was not proven.');
  await ask('&branch=main&event=push');
  await expect(answer).toContainText(`The pipeline receives ${name}.`);
  await ask('&branch=refs/tags/main');
  await expect(answer).toContainText('The grant is for other branches.');
  await ask('&branch=main&event=pull_request&is_fork=true');
  await expect(answer).toContainText('The grant does not allow pull requests from forks.');
  const fork = page.getByLabel('Pull request from a fork');
  await expect(fork).toHaveValue('true');
  // What is known of a fork is asked again with the next question.
  await ask('&branch=main&event=pull_request&is_fork=false');
  await expect(answer).toContainText(`The pipeline receives ${name}.`);
  await expect(fork).toHaveValue('false');
  await page.getByRole('main').getByRole('button', { name: 'Explain' }).click();
  await expect(page).toHaveURL(/%2Facme%2Fapi&.*&is_fork=false$/);
  await expect(answer).toContainText(`The pipeline receives ${name}.`);
  await fillIn(page.getByRole('main'), { 'Pull request from a fork': 'Not known' });
  await page.getByRole('main').getByRole('button', { name: 'Explain' }).click();
  await expect(answer).toContainText('The grant does not allow pull requests from forks.');
  await expect(fork).toHaveValue('');
});

test('a question that cannot be read is refused at its field, and what was typed stays', async ({ page, instance }) => {
  const pipeline = unique('ci');
  await addPipeline(page, instance, { name: pipeline });
  const id = idOf(page.url());
  const main = page.getByRole('main');
  for (const [image, sentence] of [['ghcr.io/', 'Enter the whole image'], ['*.io/acme', /./]] as const) {
    const response = await page.goto(`${instance.project}/match?image=${encodeURIComponent(image)}&pipeline=${id}`);
    expect(response!.status()).toBe(422);
    await expectWrong(main, 'Image', sentence);
    await expectValues(main, { Image: image, Pipeline: id });
    await expect(page.getByRole('region', { name: 'Answer' })).toHaveCount(0);
  }
  await page.goto(`${instance.project}/match?image=ghcr.io/acme/api&pipeline=00000000-0000-7000-8000-000000000000`);
  await expectWrong(main, 'Pipeline', 'Choose a pipeline');
});

test('a link fills in the pipeline and asks nothing yet', async ({ page, instance }) => {
  await addPipeline(page, instance, { name: unique('ci') });
  const id = idOf(page.url());
  const response = await page.goto(`${instance.project}/match?pipeline=${id}`);
  expect(response!.status()).toBe(200);
  const main = page.getByRole('main');
  await expectValues(main, { Image: '', Pipeline: id });
  await expect(main.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Answer' })).toHaveCount(0);
});

test.describe('in a new project', () => {
  test.use({ fresh: true });

  test('the explainer says what it is for', async ({ page, instance }) => {
    await page.goto(`${instance.project}/match`);
    await expect(page.getByText('This project has no pipelines yet.')).toBeVisible();
    await page.getByRole('main').getByRole('link', { name: 'Pipelines' }).click();
    await expect(page).toHaveURL(`${instance.project}/pipelines`);
  });
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('long names are broken', async ({ page, instance }) => {
    const [long, host] = ['a'.repeat(60), `${unique('b'.repeat(40))}.example.com`];
    const name = unique(long);
    await addCredential(page, instance, { name, registry_url: host, paths: `${long}/${long}` });
    await addPipeline(page, instance, { name: unique(long), credentials: [name] });
    await page.goto(`${instance.project}/match?image=${host}/${long}/${long}&pipeline=${idOf(page.url())}`);
    await expect(page.getByRole('region', { name: 'Answer' })).toContainText('Selected');
    await expectNoSideScroll(page, 'an answer with long names');
  });
});
