import { createHash } from 'node:crypto';
import { html, Html } from './html.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';

/** Exactly these bytes: the policy below names their hash. */
const script = new Html(`<script>${pageScript}</script>`);

/** Nothing may be loaded, and only this script may run: a name from a scenario can do no harm. */
const policy = (): string => {
  const hash = createHash('sha256').update(pageScript).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
};

/** Makes a page: one file that opens from disk, with pictures that are there without scripts too. */
export const renderDocument = (title: string, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy()}" />
        <title>${title} – fedsqueeze report</title>
        <style>
          ${new Html(pageStyle)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
        <div id="tip" role="status" hidden></div>
        ${script}
      </body>
    </html> `.text;
