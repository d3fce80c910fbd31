"""Reads a folder with TensorBoard's own code: scalars of every run, and what the HParams tab would show."""

import json
import math
import sys

from google.protobuf import json_format
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups

multiplexer = plugin_event_multiplexer.EventMultiplexer(size_guidance={"tensors": 0})
multiplexer.AddRunsFromDirectory(sys.argv[1])
multiplexer.Reload()


def value_of(event):
    value = float(event.tensor_proto.float_val[0])
    return None if math.isnan(value) else value


scalars = {}
for run, tags in multiplexer.Runs().items():
    scalars[run] = {
        tag: [[event.step, event.wall_time, value_of(event)] for event in multiplexer.Tensors(run, tag)]
        for tag in tags["tensors"]
        if not tag.startswith("_hparams_/")
    }

provider = data_provider.MultiplexerDataProvider(multiplexer, sys.argv[1])
context = backend_context.Context(base_plugin.TBContext(data_provider=provider))
experiment = get_experiment.Handler(RequestContext(), context, "", api_pb2.GetExperimentRequest()).run()
request = api_pb2.ListSessionGroupsRequest(
    start_index=0,
    slice_size=1000,
    aggregation_type=api_pb2.AGGREGATION_AVG,
    allowed_statuses=list(api_pb2.Status.values()),
    col_params=[api_pb2.ColParams(metric=info.name) for info in experiment.metric_infos]
    + [api_pb2.ColParams(hparam=info.name) for info in experiment.hparam_infos],
)
groups = list_session_groups.Handler(RequestContext(), context, "", request).run()
print(
    json.dumps(
        {
            "scalars": scalars,
            "experiment": json_format.MessageToDict(experiment),
            "groups": json_format.MessageToDict(groups),
        }
    )
)
