/** Posts of our forms without a page: to make many things quickly, and to send what no page sends. */
import type { APIResponse, Page } from '@playwright/test';

/** What a browser says about a post from a page of ours. */
export const FROM_OUR_PAGE = (url: string) => ({ origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' });

/** Sends a form as it would be sent by a browser with the page's cookies. Follows no redirect. */
export function post(
  page: Page,
  url: string,
  fields: Record<string, string>,
  from: Record<string, string> = FROM_OUR_PAGE(url),
): Promise<APIResponse> {
  const headers = { accept: 'text/html', ...from };
  // These two carry a file.
  const isMultipart = /credentials\/(create|update)$/.test(url);
  const body = isMultipart ? { multipart: fields } : { form: fields };
  return page.request.post(url, { headers, maxRedirects: 0, ...body });
}
