import { createRequire } from 'node:module';

// The Node bundle of tfjs-core leaves the gradient functions of its kernels out; the union package registers them, in
// the registry that all TensorFlow.js packages of a process share. Imported for that effect by whatever differentiates.
// It is `require`d, since Node would search all of its bundles for the names that they export, in every worker, before
// anything is trained.
createRequire(import.meta.url)('@tensorflow/tfjs');
