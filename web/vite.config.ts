import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/** The server writes the base path into the page it serves; Vite's own server has none, so it gets the root. */
const baseOfDevelopment: Plugin = {
  name: 'base-of-development',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace('<head>', '<head><base href="/">'),
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative addresses: the same build works under any --base-path.
  base: './',
  plugins: [baseOfDevelopment],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Data addresses in style sheets and the preload helper would each need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'licences.md' },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: { proxy: { '/api': 'http://127.0.0.1:7070' } },
});
