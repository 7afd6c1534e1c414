/** What may happen on no page of ours: the guard collects it, and the test that met it fails. */
import type { BrowserContext, Response } from '@playwright/test';
import { secretsIn } from './secrets.ts';

/** Watches every page of the context. The answer gives what was wrong, a line each. */
export async function watch(context: BrowserContext): Promise<() => Promise<string[]>> {
  const problems: string[] = [];
  const reads: Promise<void>[] = [];
  const refusedPages = new Set<string>();
  const failedLoads: { url: string; text: string }[] = [];
  let hasAskedSignedOut = false;

  // Runs where scripts run; without them the browser still writes to the console.
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  context.on('console', (message) => {
    const text = message.text();
    if (text.startsWith('Failed to load resource')) {
      failedLoads.push({ url: message.location().url, text });
    } else if (message.type() === 'error' || /hydrat|Content Security Policy/i.test(text)) {
      problems.push(`console: ${text}`);
    }
  });
  context.on('weberror', (error) => problems.push(`uncaught: ${error.error().message}`));
  context.on('request', (request) => {
    if (secretsIn(request.url()).length > 0) problems.push(`a secret in the address ${request.url()}`);
  });
  context.on('response', (response) => {
    const page = response.request().isNavigationRequest();
    if (response.status() >= 500) problems.push(`${response.status()} ${response.url()}`);
    if (page && response.status() >= 400) refusedPages.add(response.url());
    if (!page && response.status() === 401 && response.url().includes('/rpc/')) hasAskedSignedOut = true;
    reads.push(read(response).then((text) => {
      if (secretsIn(text).length > 0) problems.push(`a secret in the answer of ${response.url()}`);
    }));
  });

  return async () => {
    await Promise.all(reads);
    // A page that says 404 or 422 is an answer like any other; a script or style that does is not.
    // Nor is what an island asks after the session has ended: then the console names the script.
    const isExpected = (text: string) => hasAskedSignedOut && text.includes('status of 401');
    const broken = failedLoads.filter(({ url, text }) => !refusedPages.has(url) && !isExpected(text));
    return [...problems, ...broken.map(({ url, text }) => `console: ${text} ${url}`)];
  };
}

/** The text of a page or of an answer to a script. Empty when it is neither, or gone with its page. */
async function read(response: Response): Promise<string> {
  const isText = /html|json|x-www-form-urlencoded/.test(response.headers()['content-type'] ?? '');
  return isText ? response.text().catch(() => '') : '';
}
