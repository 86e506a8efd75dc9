using System.Text.Json.Nodes;
using NodeForge.Verification.Images;
using NodeForge.Verification.Sbom;

namespace NodeForge.Verification.Tests;

/// <summary>What an image is made of, in the two formats that scanners read; the same image gives the same bytes.</summary>
public sealed class Bills_of_materials
{
    [Fact]
    public async Task SPDX_names_every_component_with_its_package_URL()
    {
        JsonNode document = JsonNode.Parse(SpdxDocument.Write(await ReportAsync()))!;
        Assert.Equal("SPDX-2.3", document["spdxVersion"]!.GetValue<string>());
        JsonArray packages = document["packages"]!.AsArray();
        string[] preloaded = [.. SampleNode.Closure.Select(reference => reference[..reference.LastIndexOf(':')])];
        string[] names = [.. packages.Select(package => package!["name"]!.GetValue<string>())];
        Assert.Equal(["sample", "containerd", "kubeadm", "kubectl", "kubelet"], names.Except(preloaded));
        Assert.Equal(preloaded.Order(StringComparer.Ordinal), names.Intersect(preloaded));
        Assert.Equal(
            "pkg:deb/debian/containerd@1.7.24~ds1-6?arch=amd64&distro=debian-12&upstream=containerd-app%401.7.24~ds1-5",
            packages[1]!["externalRefs"]![0]!["referenceLocator"]!.GetValue<string>()
        );
        Assert.Equal(packages.Count, document["relationships"]!.AsArray().Count);
    }

    [Fact]
    public async Task CycloneDX_names_every_component_once()
    {
        JsonNode document = JsonNode.Parse(CycloneDxDocument.Write(await ReportAsync()))!;
        Assert.Equal("1.6", document["specVersion"]!.GetValue<string>());
        string[] references = [.. document["components"]!.AsArray().Select(component => component!["bom-ref"]!.GetValue<string>())];
        Assert.Equal(references, references.Distinct());
        Assert.Equal(
            references.Where(reference => !reference.StartsWith("file:", StringComparison.Ordinal)),
            document["dependencies"]![0]!["dependsOn"]!.AsArray().Select(reference => reference!.GetValue<string>())
        );
        Assert.Matches(
            "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$",
            document["serialNumber"]!.GetValue<string>()
        );
    }

    [Fact]
    public async Task Trivy_finds_the_distribution_and_every_package_with_its_source()
    {
        JsonNode document = JsonNode.Parse(CycloneDxDocument.Write(await ReportAsync()))!;
        JsonNode[] components = [.. document["components"]!.AsArray().OfType<JsonNode>()];
        // pkg/sbom/io/decode.go: several are refused, and one with a package URL is none.
        JsonNode system = Assert.Single(components, component => component["type"]!.GetValue<string>() == "operating-system");
        Assert.Equal(("debian", "12"), (system["name"]!.GetValue<string>(), system["version"]!.GetValue<string>()));
        Assert.Null(system["purl"]);
        JsonNode package = Assert.Single(
            components,
            component => component["purl"]?.GetValue<string>().StartsWith("pkg:deb/", StringComparison.Ordinal) == true
        );
        Dictionary<string, string> properties = package["properties"]!
            .AsArray()
            .ToDictionary(item => item!["name"]!.GetValue<string>(), item => item!["value"]!.GetValue<string>());
        Assert.Equal("containerd-app", properties["aquasecurity:trivy:SrcName"]);
        Assert.Equal("1.7.24~ds1-5", properties["aquasecurity:trivy:SrcVersion"]);
        Assert.DoesNotContain(
            components,
            component => component["purl"]?.GetValue<string>().StartsWith("pkg:generic/", StringComparison.Ordinal) == true
        );
        Assert.Contains(components, component => component["purl"]?.GetValue<string>() == "pkg:golang/k8s.io/kubernetes@v1.31.1#kubelet");
    }

    [Fact]
    public async Task Every_file_belongs_to_one_component_or_is_named_as_nobody_s()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        // Debian's packages list what they bring below /bin, which is a link to usr/bin.
        node.Text("var/lib/dpkg/info/containerd.list", "/.\n/bin\n/bin/containerd\n/etc/containerd/config.toml\n");
        VerificationReport report = await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None);
        string[] OwnedBy(string name) => [.. report.Components.Single(component => component.Name == name).Files];

        Assert.Equal(["/etc/containerd/config.toml", "/usr/bin/containerd", "/var/lib/dpkg/info/containerd.list"], OwnedBy("containerd"));
        Assert.Equal(["/usr/bin/kubelet"], OwnedBy("kubelet"));
        Assert.Contains(OwnedBy("registry.k8s.io/etcd"), path => path.Contains("/blobs/sha256/", StringComparison.Ordinal));
        Assert.Contains("/etc/machine-id", report.UnownedFiles);
        string[] all = [.. report.Components.SelectMany(component => component.Files), .. report.UnownedFiles];
        Assert.Equal(all.Length, all.Distinct().Count());

        JsonNode cyclone = JsonNode.Parse(CycloneDxDocument.Write(report))!;
        string[] told =
        [
            .. cyclone["components"]!
                .AsArray()
                .SelectMany(component =>
                    component!["type"]!.GetValue<string>() == "file"
                        ? [component["name"]!.GetValue<string>()]
                        : component["evidence"]?["occurrences"]!.AsArray().Select(place => place!["location"]!.GetValue<string>()) ?? []
                ),
        ];
        Assert.Equal(all.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
        Assert.Contains(
            "/etc/machine-id",
            JsonNode.Parse(SpdxDocument.Write(report))!["packages"]![0]!["annotations"]![0]!["comment"]!.GetValue<string>().Split('\n')
        );
    }

    [Fact]
    public async Task Preloaded_images_are_components_that_scanners_know_by_digest_and_repository()
    {
        JsonNode document = JsonNode.Parse(CycloneDxDocument.Write(await ReportAsync()))!;
        JsonNode etcd = Assert.Single(
            document["components"]!.AsArray(),
            component => component!["name"]!.GetValue<string>() == "registry.k8s.io/etcd"
        )!;
        Assert.Equal("container", etcd["type"]!.GetValue<string>());
        Assert.Matches(
            @"^pkg:oci/etcd@sha256%3A[0-9a-f]{64}\?repository_url=registry\.k8s\.io%2Fetcd&tag=3\.5\.15-0$",
            etcd["purl"]!.GetValue<string>()
        );
    }

    // What CycloneDX's schema of 1.6 and SPDX's of 2.3 demand of each, held here without them.
    [Fact]
    public async Task Both_have_the_fields_that_their_schemas_demand()
    {
        JsonNode cyclone = JsonNode.Parse(CycloneDxDocument.Write(await ReportAsync()))!;
        Assert.All(
            cyclone["components"]!.AsArray(),
            component =>
                Assert.True(
                    component!["type"]!.GetValue<string>() is "library" or "application" or "operating-system" or "container" or "file"
                        && component["name"] is not null
                )
        );
        string[] references =
        [
            .. cyclone["components"]!
                .AsArray()
                .Append(cyclone["metadata"]!["component"])
                .Select(component => component!["bom-ref"]!.GetValue<string>()),
        ];
        Assert.Equal(references.Length, references.Distinct().Count());
        Assert.All(
            cyclone["dependencies"]!.AsArray(),
            item =>
                Assert.Subset(
                    references.ToHashSet(),
                    item!["dependsOn"]!.AsArray().Select(to => to!.GetValue<string>()).Append(item["ref"]!.GetValue<string>()).ToHashSet()
                )
        );
        JsonNode spdx = JsonNode.Parse(SpdxDocument.Write(await ReportAsync()))!;
        Assert.All(
            new[] { "SPDXID", "creationInfo", "dataLicense", "name", "spdxVersion", "documentNamespace" },
            field => Assert.NotNull(spdx[field])
        );
        Assert.All(
            spdx["packages"]!.AsArray(),
            package => Assert.True(package!["SPDXID"] is not null && package["downloadLocation"] is not null && package["name"] is not null)
        );
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", spdx["creationInfo"]!["created"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_same_image_gives_the_same_bytes()
    {
        Assert.Equal(SpdxDocument.Write(await ReportAsync()), SpdxDocument.Write(await ReportAsync()));
        Assert.Equal(CycloneDxDocument.Write(await ReportAsync()), CycloneDxDocument.Write(await ReportAsync()));
    }

    [Fact]
    public void An_image_that_could_not_be_opened_has_none() =>
        Assert.Throws<ArgumentException>(() =>
            SpdxDocument.Write(ImageVerifier.Unopened("x", new NodeForgeException(new Diagnostic(ErrorCodes.ImageNotFound, "x"))))
        );

    private static Task<VerificationReport> ReportAsync() =>
        ImageVerifier.VerifyAsync(NodeImageBuilder.Sound().Build(), CancellationToken.None);
}
