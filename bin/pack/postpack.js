/** `npm pack` runs it after it has packed. */
import { restoreManifest } from './manifest.js';

restoreManifest();
