using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using NodeForge.Testing;

namespace NodeForge.Aspire.Hosting;

/// <summary>Kubernetes clusters in an app host.</summary>
/// <example><code>
/// var k8s = builder.AddNodeForgeCluster("k8s").WithImage("nodeforge/node:latest");
/// builder.AddProject&lt;Projects.Operator&gt;("operator").WithReference(k8s).WaitFor(k8s);
/// </code></example>
public static class NodeForgeClusterExtensions
{
    private const string KubeconfigVariable = "KUBECONFIG";

    /// <summary>Adds a cluster: one control plane, unless <see cref="WithCluster"/> says otherwise. It ends with the app host.</summary>
    /// <param name="builder">The app host's.</param>
    /// <param name="name">As Aspire takes names; the cluster's begins with it.</param>
    public static IResourceBuilder<NodeForgeClusterResource> AddNodeForgeCluster(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        NodeForgeClusterResource cluster = new(name);
#pragma warning disable RS0030 // In an app host nobody stands above this package: it is the front end.
        HostEnvironment host = HostEnvironment.FromProcess() with { WorkingFolder = builder.AppHostDirectory };
#pragma warning restore RS0030
        string appHost = builder.Configuration["AppHost:PathSha256"] ?? builder.AppHostDirectory;
        string health = name + "_ready";
        builder.Services.AddHealthChecks().Add(new(health, _ => new ClusterHealth(cluster), HealthStatus.Unhealthy, tags: null));
        builder.Services.AddKeyedSingleton(
            cluster,
            (services, _) => new ClusterLife(cluster, host, appHost, services.GetRequiredService<ResourceNotificationService>())
        );
        builder.Services.AddSingleton<IHostedService>(services => services.GetRequiredKeyedService<ClusterLife>(cluster));
        return builder
            .AddResource(cluster)
            .ExcludeFromManifest()
            .WithHealthCheck(health)
            .WithInitialState(
                new()
                {
                    ResourceType = "KubernetesCluster",
                    CreationTimeStamp = host.Clock.GetUtcNow().UtcDateTime,
                    State = KnownResourceStates.NotStarted,
                    Properties = [],
                }
            )
            .OnInitializeResource((_, begun, _) => begun.Services.GetRequiredKeyedService<ClusterLife>(cluster).BeginAsync(begun));
    }

    /// <summary>Makes the cluster from a node image.</summary>
    /// <param name="builder">The cluster's.</param>
    /// <param name="image">A reference or ID of a node image that the engine has: nothing is pulled.</param>
    public static IResourceBuilder<NodeForgeClusterResource> WithImage(
        this IResourceBuilder<NodeForgeClusterResource> builder,
        string image
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.Source = new ClusterBuilder(image);
        return builder;
    }

    /// <summary>Makes the cluster from a bundle: its node image, its cluster file, and its other images in every node.</summary>
    /// <param name="builder">The cluster's.</param>
    /// <param name="file">Relative to the app host's folder unless absolute; of volumes what they are called before <c>.001</c>.</param>
    /// <param name="image">The name of its node image; null where it has only one.</param>
    public static IResourceBuilder<NodeForgeClusterResource> WithBundle(
        this IResourceBuilder<NodeForgeClusterResource> builder,
        string file,
        string? image = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.Source = ClusterBuilder.FromBundle(file, image);
        return builder;
    }

    /// <summary>Says more of the cluster: how many nodes, a cluster file, images of the engine that the nodes have.</summary>
    /// <param name="builder">The cluster's.</param>
    /// <param name="wish">Called when the cluster is made.</param>
    /// <example><code>k8s.WithCluster(cluster => cluster.WithWorkers(2).WithImages("app:dev"));</code></example>
    public static IResourceBuilder<NodeForgeClusterResource> WithCluster(
        this IResourceBuilder<NodeForgeClusterResource> builder,
        Func<ClusterBuilder, ClusterBuilder> wish
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(wish);
        builder.Resource.Wishes.Add(wish);
        return builder;
    }

    /// <summary>Whether the cluster outlives the app host: the next run of the same app host that asks for the same finds it.</summary>
    public static IResourceBuilder<NodeForgeClusterResource> WithLifetime(
        this IResourceBuilder<NodeForgeClusterResource> builder,
        ContainerLifetime lifetime
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.Lifetime = lifetime;
        return builder;
    }

    /// <summary>
    /// Gives a project or program the cluster: <c>KUBECONFIG</c>, <c>ConnectionStrings__NAME</c>, <c>NAME_ENDPOINT</c> and
    /// <c>NAME_KUBECONFIG</c>. Of several clusters <c>KUBECONFIG</c> lists the files, as kubectl reads it. It starts once they are there.
    /// </summary>
    /// <param name="builder">Whoever is given it. A published application gets nothing: it brings its own kubeconfig.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="connectionName">In place of the cluster's own name.</param>
    /// <exception cref="DistributedApplicationException">A container is to have it: file and address are this machine's.</exception>
    public static IResourceBuilder<T> WithReference<T>(
        this IResourceBuilder<T> builder,
        IResourceBuilder<NodeForgeClusterResource> cluster,
        string? connectionName = null
    )
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(cluster);
        if (builder.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return builder.WithReferenceRelationship(cluster.Resource);
        if (builder.Resource.IsContainer())
            throw new DistributedApplicationException(
                $"'{builder.Resource.Name}' is a container, and the kubeconfig of '{cluster.Resource.Name}' is for programs on this machine"
                    + ": reference it from a project or an executable"
            );
        return ResourceBuilderExtensions
            .WithReference(builder, (IResourceBuilder<IResourceWithConnectionString>)cluster, connectionName)
            .WithEnvironment(context =>
                context.EnvironmentVariables[KubeconfigVariable] = context.EnvironmentVariables.GetValueOrDefault(KubeconfigVariable)
                    is ReferenceExpression others
                    ? ReferenceExpression.Create($"{others}:{cluster.Resource.Kubeconfig}")
                    : cluster.Resource.Kubeconfig
            );
    }
}
