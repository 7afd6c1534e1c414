/** The list of trusted issuers, which the first person of an instance keeps. */
import { expect, type Page } from '@playwright/test';
import { post } from './post.ts';
import type { Instance } from './server.ts';

/** Puts an issuer on the list, without a page. One that is there already stays. */
export async function trustIssuer(page: Page, instance: Instance, url: string): Promise<void> {
  const response = await post(page, `${instance.url}/rpc/issuers/create`, { url, password: instance.account.password });
  expect(response.status()).toBe(302);
}
