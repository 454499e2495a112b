#loc1 = loc("x")
module @jit_step attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<8x4xf32> {mhlo.layout_mode = "default"} loc("state.params['head']"), %arg1: tensor<16x8xf32> loc(#loc1)) -> (tensor<8x4xf32> {jax.result_info = "result"}) {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc)
    %c = stablehlo.constant dense<3> : tensor<i32> loc(#loc)
    %c_0 = stablehlo.constant dense<0> : tensor<i32> loc(#loc)
    %0:2 = stablehlo.while(%iterArg = %c_0, %iterArg_1 = %arg1) : tensor<i32>, tensor<16x8xf32>
     cond {
      %6 = stablehlo.compare  LT, %iterArg, %c,  SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1> loc(#loc)
      stablehlo.return %6 : tensor<i1> loc(#loc)
    } do {
      %c_2 = stablehlo.constant dense<1> : tensor<i32> loc(#loc)
      %6 = func.call @layer(%iterArg_1) : (tensor<16x8xf32>) -> tensor<16x8xf32> loc(#loc2)
      %7 = stablehlo.add %iterArg, %c_2 : tensor<i32> loc(#loc)
      stablehlo.return %7, %6 : tensor<i32>, tensor<16x8xf32> loc(#loc)
    } loc(#loc)
    %1 = stablehlo.dot_general %0#1, %arg0, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT] : (tensor<16x8xf32>, tensor<8x4xf32>) -> tensor<16x4xf32> loc(#loc3)
    %2 = stablehlo.reduce(%1 init: %cst) applies stablehlo.add across dimensions = [0, 1] : (tensor<16x4xf32>, tensor<f32>) -> tensor<f32> loc(#loc3)
    %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<16x4xf32> loc(#loc4)
    %4 = stablehlo.dot_general %0#1, %3, contracting_dims = [0] x [0] : (tensor<16x8xf32>, tensor<16x4xf32>) -> tensor<8x4xf32> loc(#loc4)
    %5 = stablehlo.subtract %arg0, %4 : tensor<8x4xf32> loc(#loc5)
    return %5 : tensor<8x4xf32> loc(#loc)
  } loc(#loc)
  func.func private @layer(%arg0: tensor<16x8xf32> loc(unknown)) -> tensor<16x8xf32> {
    %0 = stablehlo.tanh %arg0 : tensor<16x8xf32> loc(#loc2)
    return %0 : tensor<16x8xf32> loc(#loc)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc2 = loc("jit(step)/jit(main)/jvp(Net)/while/body/layers/tanh"(#loc1))
#loc3 = loc("jit(step)/jit(main)/jvp(Net)/head/dot_general"(#loc1))
#loc4 = loc("jit(step)/jit(main)/transpose(jvp(Net))/head/dot_general"(#loc1))
#loc5 = loc("jit(step)/jit(main)/optimizer/sub"(#loc1))
