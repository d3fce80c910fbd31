// The Node bundle of tfjs-core leaves the gradient functions of its kernels out; the union package registers them, in
// the registry that all TensorFlow.js packages of a process share. Imported for that effect by whatever differentiates.
// The build puts tfjs-core's own file of gradients in its place, all that is wanted of it.
import '@tensorflow/tfjs';
