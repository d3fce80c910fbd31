// The Node bundle of tfjs-core leaves the gradient functions of its kernels out; the union package registers them, in the
// registry that all TensorFlow.js packages of a process share. Imported for that effect by whatever differentiates.
import '@tensorflow/tfjs';
