// Clusters have to be ready within kind's patience: on two cores nothing else runs beside them.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
