// The Node bundle of tfjs-core leaves out the gradient functions of its kernels. The union package registers them, in
// the registry that all TensorFlow.js packages of a process share. Files that differentiate import this file for that
// effect. In the built program, tfjs-core's own file of gradients takes the place of the union package, of which
// nothing else is wanted.
import '@tensorflow/tfjs';
