"""Braze Currents to Segment or RudderStack: a history in shards, and the everyday sync.

For Airflow 3 with the provider cncf.kubernetes (in Airflow 2: `from airflow import DAG`). Each task runs the container
braze-currents; what it does is told in docs/scale.md. The ConfigMaps and the Secret are those of deploy/kubernetes.
"""

from datetime import datetime, timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG
from kubernetes.client import models as k8s

# As the plan has them: `braze-currents plan --shards 8 --parallel 4 …`.
SHARDS = 8
PARALLEL = 4

STATES = "s3://my-state-bucket/braze"
SOURCE = ["--source-config", "/config/source.json"]
DESTINATION = ["--destination-config", "/config/destination.json"]
PLAN = ["--plan", "/plan/plan.json", "--state", STATES + "/2025-04/{shard}.json"]


def mounted(name: str, config_map: str) -> dict:
    source = k8s.V1ConfigMapVolumeSource(name=config_map)
    return {
        "volume": k8s.V1Volume(name=name, config_map=source),
        "mount": k8s.V1VolumeMount(name=name, mount_path=f"/{name}", read_only=True),
    }


CONFIG = mounted("config", "braze-currents")
THE_PLAN = mounted("plan", "braze-currents-plan")

POD = {
    "namespace": "default",
    "image": "registry.example.com/braze-currents:0.1.0",
    "service_account_name": "braze-currents",
    "env_from": [k8s.V1EnvFromSource(secret_ref=k8s.V1SecretEnvSource(name="braze-currents"))],
    "security_context": {"runAsNonRoot": True, "runAsUser": 1000, "runAsGroup": 1000},
    "container_security_context": {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    },
    "container_resources": k8s.V1ResourceRequirements(
        requests={"cpu": "500m", "memory": "512Mi"}, limits={"memory": "1Gi"}
    ),
    "get_logs": True,
}
ONE_VOLUME = {"volumes": [CONFIG["volume"]], "volume_mounts": [CONFIG["mount"]]}
TWO_VOLUMES = {
    "volumes": [CONFIG["volume"], THE_PLAN["volume"]],
    "volume_mounts": [CONFIG["mount"], THE_PLAN["mount"]],
}

# A task that runs again goes on where it was.
AGAIN = {"retries": 5, "retry_delay": timedelta(minutes=1)}

with DAG(dag_id="braze_currents_history", schedule=None, start_date=datetime(2025, 1, 1), catchup=False):
    shards = KubernetesPodOperator.partial(
        task_id="shard", max_active_tis_per_dag=PARALLEL, **POD, **TWO_VOLUMES, **AGAIN
    ).expand(arguments=[["sync", *SOURCE, *DESTINATION, *PLAN, "--shard", str(shard)] for shard in range(SHARDS)])
    # Its log shows the state from which the everyday sync, or an Airbyte connection, goes on.
    merge = KubernetesPodOperator(task_id="merge", arguments=["merge", *SOURCE, *PLAN], **POD, **TWO_VOLUMES)
    shards >> merge

with DAG(
    dag_id="braze_currents",
    schedule="7 * * * *",
    start_date=datetime(2025, 1, 1),
    catchup=False,
    # Two would use one state.
    max_active_runs=1,
):
    KubernetesPodOperator(
        task_id="sync",
        arguments=["sync", *SOURCE, *DESTINATION, "--state", STATES + "/state"],
        **POD,
        **ONE_VOLUME,
        **AGAIN,
    )
