#!/bin/bash
#HQ --name {{ name }}
#HQ --array 1-{{ parts }}
#HQ --cpus {{ cpus }}
#HQ --resource mem={{ memory * 1024 }}
{%- if gpus %}
#HQ --resource gpus/nvidia={{ gpus }}
{%- endif %}
#HQ --time-limit {{ hours }}h
# One part for each task. Submit with `hq submit FILE`; a task whose worker is lost is started again, and goes on.
# When all are done: {{ merge }}
set -euo pipefail
export INTERACTION_PARTS={{ parts }}
{%- if numbered %}
part="$HQ_TASK_ID"
{%- endif %}
exec {{ line }}
