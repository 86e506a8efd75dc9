using NodeForge.Aspire.Hosting;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder(args);

// NODE_IMAGE names another node image of the engine on this machine.
var k8s = builder.AddNodeForgeCluster("k8s").WithImage(builder.Configuration["NODE_IMAGE"] ?? "nodeforge/node:latest");

// Any program that reads KUBECONFIG: its log on the dashboard shows the nodes.
builder.AddExecutable("nodes", "kubectl", ".", "get", "nodes", "--watch").WithReference(k8s).WaitFor(k8s);

builder.Build().Run();
