#!/bin/bash
#SBATCH --job-name={{ name }}
#SBATCH --array=1-{{ parts }}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={{ cpus }}
#SBATCH --mem={{ memory }}G
#SBATCH --time={{ hours }}:00:00
{%- if gpus %}
#SBATCH --gpus-per-task={{ gpus }}
{%- endif %}
#SBATCH --output={{ name }}-%a.log
# One part for each task. Submit with `sbatch FILE`; a task that was cut off goes on with `sbatch --array=NUMBER FILE`.
# When all are done: {{ merge }}
set -euo pipefail
export INTERACTION_PARTS={{ parts }}
{%- if numbered %}
part="$SLURM_ARRAY_TASK_ID"
{%- endif %}
exec {{ line }}
