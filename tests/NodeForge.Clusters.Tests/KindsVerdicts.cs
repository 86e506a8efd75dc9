using System.Text;
using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Clusters.Tests;

/// <summary>Cluster files of every field and many spellings, each with what kind 0.33.0 said of it: taken, or refused when it was read or
/// when the documents were made.</summary>
public sealed class KindsVerdicts
{
    private const string Folder = "tests/NodeForge.Clusters.Tests/Golden/kind/";
    private const string Head = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n";

    private const int Seed = 20_261_129;
    private const int Changes = 4000;

    // What YAML, JSON, TOML and paths give a meaning to, and what nobody does.
    private const string Letters = "{}[]:,-?&*!|>'\"%@`#~/\\ \n\t0129.eExo_=<\0\ud800\u00e9\ufeff\u2028";

    private static (string Verdict, string Text)[] Lines =>
        [
            .. File.ReadLines(Path.Combine(GoldenFile.Repository, Folder, "verdicts.txt"))
                .Select(line => line.Split('\t'))
                .Select(parts => (parts[0], JsonSerializer.Deserialize<string>(parts[1])!)),
        ];

    [Fact]
    public void Whatever_is_changed_in_such_a_file_it_is_taken_or_refused_with_a_code()
    {
        Random random = new(Seed);
        (string Verdict, string Text)[] lines = Lines;
        for (int i = 0; i < Changes; i++)
        {
            StringBuilder text = new(lines[random.Next(lines.Length)].Text);
            for (int times = random.Next(1, 4); times > 0; times--)
            {
                int at = random.Next(text.Length);
                if (random.Next(3) == 0)
                    text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at));
                else
                    text.Insert(at, Letters[random.Next(Letters.Length)]);
            }

            string verdict = Ours(Head + text);
            Assert.False(verdict.Contains("Exception", StringComparison.Ordinal), $"change {i} of seed {Seed}: {verdict}\n{text}");
        }
    }

    [Fact]
    public void Files_are_taken_and_refused_as_kind_does_it_but_for_those_that_are_named()
    {
        string differences = string.Concat(
            Lines
                .Select(line => (Kinds: line.Verdict, Ours: Ours(Head + line.Text + "\n"), Text: JsonSerializer.Serialize(line.Text)))
                .Where(one => (one.Kinds == "taken") != (one.Ours == "taken"))
                .OrderBy(one => one.Ours, StringComparer.Ordinal)
                .Select(one => $"{one.Ours}\t{one.Text}\n")
        );
        Assert.Equal(differences, GoldenFile.Expect(Folder + "verdicts-that-differ.txt", differences));
    }

    private static string Ours(string text)
    {
        try
        {
            ClusterConfig config = ClusterConfigReader.Parse("cluster.yaml", text);
            ClusterNetwork network = new("n", "nodeforge-lab", AddressRange.Parse("10.201.0.0/24"), AddressRange.Parse("fd00:77::/64"));
            ClusterPlan plan = ClusterPlan.Of(config, network, 40000, overlaySnapshots: true);
            foreach (NodePlan node in plan.Nodes)
                _ = KubeadmDocuments.Of(plan, node, KubernetesVersion.Parse("v1.33.1"));
            return "taken";
        }
        catch (NodeForgeException refused)
        {
            return string.Join(' ', refused.Diagnostics.Select(problem => problem.Code.Id).Distinct().Order());
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            return $"{bug.GetType().Name}: {bug.Message}";
        }
    }
}
